module "page" {
  source = "./modules/page"
  count  = var.page == null ? 0 : 1

  bucket_name      = local.page_bucket
  force_destroy    = !var.deletion_protection
  build_dir        = local.page_dir
  websocket_url    = local.websocket_url
  websocket_origin = "wss://${coalesce(var.domain_name, local.api_host)}"
  files_origin     = "https://${local.files_bucket}.s3.${local.region}.${data.aws_partition.current.dns_suffix}"
  sign_in          = var.page.sign_in
  image_origins    = var.page.image_origins
  push_url         = var.page.push_url
  brand            = var.page.brand
  domain_name      = var.page.domain_name
  certificate_arn  = var.page.certificate_arn
  hosted_zone_id   = var.page.hosted_zone_id
  web_acl_arn      = local.web_acl_arn
}
