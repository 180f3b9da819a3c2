locals {
  # Without the files that systems and editors leave behind, such as .DS_Store.
  files = [
    for file in fileset(var.build_dir, "**") : file
    if !anytrue([for part in split("/", file) : startswith(part, ".")])
  ]

  content_types = {
    css         = "text/css; charset=utf-8"
    html        = "text/html; charset=utf-8"
    ico         = "image/x-icon"
    jpg         = "image/jpeg"
    js          = "text/javascript; charset=utf-8"
    json        = "application/json"
    map         = "application/json"
    png         = "image/png"
    svg         = "image/svg+xml"
    txt         = "text/plain; charset=utf-8"
    webmanifest = "application/manifest+json"
    webp        = "image/webp"
    woff        = "font/woff"
    woff2       = "font/woff2"
    xml         = "application/xml"
  }

  # The names of files in `assets/` change with their content, so browsers cache them forever. Other files are
  # revalidated each time.
  cache_for_good = "public, max-age=31536000, immutable"
  ask_anew       = "no-cache"
}

module "bucket" {
  source = "../private-bucket"

  name          = var.bucket_name
  force_destroy = var.force_destroy
  statements = [{
    Sid       = "ReadByTheDistribution"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    Action    = "s3:GetObject"
    Resource  = "arn:${data.aws_partition.current.partition}:s3:::${var.bucket_name}/*"
    Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } }
  }]
}

data "aws_partition" "current" {}

resource "aws_s3_object" "asset" {
  for_each = toset([for file in local.files : file if startswith(file, "assets/")])

  bucket        = module.bucket.name
  key           = each.value
  source        = "${var.build_dir}/${each.value}"
  source_hash   = filemd5("${var.build_dir}/${each.value}")
  content_type  = lookup(local.content_types, lower(reverse(split(".", each.value))[0]), "application/octet-stream")
  cache_control = local.cache_for_good
}

# Uploaded after the assets that it refers to.
resource "aws_s3_object" "entry" {
  for_each = toset([for file in local.files : file if !startswith(file, "assets/")])

  bucket        = module.bucket.name
  key           = each.value
  source        = "${var.build_dir}/${each.value}"
  source_hash   = filemd5("${var.build_dir}/${each.value}")
  content_type  = lookup(local.content_types, lower(reverse(split(".", each.value))[0]), "application/octet-stream")
  cache_control = local.ask_anew

  depends_on = [aws_s3_object.asset, aws_s3_object.config]
}

resource "aws_s3_object" "config" {
  bucket        = module.bucket.name
  key           = "config.json"
  content_type  = local.content_types.json
  cache_control = local.ask_anew

  content = jsonencode(merge(
    {
      url = var.websocket_url
      signIn = { for name, value in {
        kind      = var.sign_in.kind
        url       = var.sign_in.url
        signInUrl = var.sign_in.sign_in_url
      } : name => value if value != null }
      imageOrigins = var.image_origins
    },
    { for url in var.push_url[*] : "pushUrl" => url },
    { for brand in var.brand[*] : "brand" => { for name, value in brand : name => value if value != null } },
  ))
}
