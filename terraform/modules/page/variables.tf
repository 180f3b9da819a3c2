variable "bucket_name" {
  description = "Name of the page's bucket, unique in the world, and of the page's resources in CloudFront."
  type        = string
}

variable "force_destroy" {
  description = "Whether the bucket can be destroyed with the page in it."
  type        = bool
}

variable "build_dir" {
  description = "Folder of the page that `npm run build:web` wrote."
  type        = string
}

variable "websocket_url" {
  description = "URL to which the page connects. Example: wss://chat-api.example.com"
  type        = string
}

variable "websocket_origin" {
  description = "The same without a path, for the page's content security policy. Not derived from the URL, which depends on the functions, which depend on the page's origin."
  type        = string
}

variable "files_origin" {
  description = "Origin to which files are uploaded and from which they are shown. Example: https://files.s3.eu-central-1.amazonaws.com"
  type        = string
}

variable "sign_in" {
  description = "How users get their token: they paste it (token), or the page asks for it (tokenUrl)."
  type = object({
    kind        = string
    url         = optional(string)
    sign_in_url = optional(string)
  })
}

variable "image_origins" {
  description = "Origins of the pictures of users that the page shows. Example: [\"https://people.example.com\"]"
  type        = list(string)
}

variable "push_url" {
  description = "Where browsers subscribe to Web Push, https://… or a path on the page's own host; null for nowhere. Example: https://login.example.com/push"
  type        = string
  default     = null
}

variable "brand" {
  description = "What the page is called and how it looks; null for Tabletalk's own. logo: a path on the page's own host. colours: values of the colours in web/src/style/tokens.css, by name. Example: { name = \"Acme Chat\", colours = { accent = \"#0f766e\" } }"
  type = object({
    name    = string
    logo    = optional(string)
    colours = optional(map(string))
  })
  default = null
}

variable "domain_name" {
  description = "Domain of the page; null for the domain that CloudFront assigns."
  type        = string
}

variable "certificate_arn" {
  description = "ARN of the domain's ACM certificate, in us-east-1."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which to create the domain's records; null to create them elsewhere."
  type        = string
}

variable "web_acl_arn" {
  description = "ARN of the distribution's web ACL, in us-east-1; null for none."
  type        = string
}
