# Only for the page, because AWS WAF doesn't support WebSocket APIs. CloudFront accepts only web ACLs of us-east-1.
resource "aws_wafv2_web_acl" "page" {
  provider = aws.us_east_1
  count    = local.own_web_acl ? 1 : 0

  name  = local.page_bucket
  scope = "CLOUDFRONT"

  default_action {
    allow {}
  }

  rule {
    name     = "rate-of-an-address"
    priority = 0

    action {
      block {}
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        evaluation_window_sec = 300
        limit                 = var.page.waf.requests_per_5_minutes
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate-of-an-address"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "common"
    priority = 1

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesCommonRuleSet"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "common"
      sampled_requests_enabled   = false
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "page"
    sampled_requests_enabled   = false
  }
}

locals {
  own_web_acl = var.page == null ? false : var.page.waf == null ? false : var.page.waf.web_acl_arn == null
  web_acl_arn = local.own_web_acl ? aws_wafv2_web_acl.page[0].arn : try(var.page.waf.web_acl_arn, null)
}
