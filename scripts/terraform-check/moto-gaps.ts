// What moto 5.2.1 cannot do. Only the rehearsal omits it: it is still validated, planned and tested.

/** Override of the root. */
export const ROOT_OVERRIDE = `
provider "aws" {
  s3_use_path_style = true
}
`

/** Override of the stack's module. */
export const OVERRIDE = `
# moto returns 404 when the new deployment is read.
resource "aws_apigatewayv2_deployment" "this" {
  count = 0
}

resource "aws_apigatewayv2_stage" "this" {
  deployment_id = null
}

# moto stores a filter of prefix and tag, but returns it in a form that the provider doesn't recognize and waits for.
resource "aws_s3_bucket_lifecycle_configuration" "files" {
  count = 0
}

# Before it logs requests, moto reads the target's policy, and fails at the principal "*" of the statement about TLS.
resource "aws_s3_bucket_logging" "files" {
  count = 0
}

# moto's distributions have ARNs that lack a colon, which the provider refuses as a source of logs.
resource "aws_cloudwatch_log_delivery_source" "page" {
  count = 0
}

resource "aws_cloudwatch_log_delivery" "page" {
  count = 0
}
`

/** Override of `modules/page`. */
export const PAGE_OVERRIDE = `
# moto ignores the conditions of a bucket policy, so the statement about TLS denies all access to the objects.
resource "aws_s3_object" "asset" {
  for_each = {}
}

resource "aws_s3_object" "entry" {
  for_each = {}
}

resource "aws_s3_object" "config" {
  count = 0
}

# moto creates distributions, at once, but knows no response headers policies.
resource "aws_cloudfront_response_headers_policy" "this" {
  count = 0
}

resource "aws_cloudfront_distribution" "this" {
  wait_for_deployment = false

  default_cache_behavior {
    target_origin_id       = local.origin_id
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "redirect-to-https"
    compress               = true
    cache_policy_id        = local.caching_optimized
  }
}
`

/** The consequence of a function's change, in every function. */
const REPUBLISHED = 'a function whose logs moto has dropped would be published again'

/** Attributes that a second plan would change, by type of resource, with the reason. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_cloudfront_distribution: {
    default_cache_behavior: 'moto invents forwarded values, which the cache policy replaces',
    origin: 'moto drops the origin access control',
    viewer_certificate: 'moto invents settings for a certificate that does not exist',
  },
  aws_apigatewayv2_api: { ip_address_type: 'moto drops the type of addresses' },
  aws_dynamodb_table: { on_demand_throughput: 'moto drops the ceilings of a table' },
  aws_lambda_alias: { function_version: REPUBLISHED },
  aws_lambda_event_source_mapping: { function_name: 'moto names the function without its alias' },
  aws_lambda_function: {
    logging_config: 'moto drops the configuration of a function’s logs',
    last_modified: REPUBLISHED,
    qualified_arn: REPUBLISHED,
    qualified_invoke_arn: REPUBLISHED,
    version: REPUBLISHED,
  },
}
