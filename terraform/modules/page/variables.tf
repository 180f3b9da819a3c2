variable "bucket_name" {
  description = "Name of the page's bucket, unique in the world, and of what CloudFront has for it."
  type        = string
}

variable "force_destroy" {
  description = "Whether the bucket can be destroyed with the page in it."
  type        = bool
}

variable "build_dir" {
  description = "Where `npm run build:web` has put the page."
  type        = string
}

variable "websocket_url" {
  description = "Where the page connects to. Example: wss://chat-api.example.com"
  type        = string
}

variable "websocket_origin" {
  description = "The same without a path, as the page's policy names it; not read from the URL, which is known only when the functions are, which in turn want to know the page's origin."
  type        = string
}

variable "files_origin" {
  description = "Where files are uploaded to and shown from. Example: https://files.s3.eu-central-1.amazonaws.com"
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

variable "domain_name" {
  description = "Domain of the page; null for the one that CloudFront gives it."
  type        = string
}

variable "certificate_arn" {
  description = "ARN of the domain's ACM certificate, in us-east-1."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which the domain's records are made; null to make them elsewhere."
  type        = string
}
