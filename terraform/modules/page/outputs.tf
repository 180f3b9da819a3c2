output "url" {
  description = "Where the page is, with no slash at its end: its origin, too."
  value       = "https://${coalesce(var.domain_name, aws_cloudfront_distribution.this.domain_name)}"
}
