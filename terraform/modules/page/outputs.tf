output "url" {
  description = "URL of the page without a final slash, which is its origin as well."
  value       = "https://${coalesce(var.domain_name, aws_cloudfront_distribution.this.domain_name)}"
}

output "distribution_arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_domain_name" {
  description = "Domain that CloudFront assigned. Example: d0000000000000.cloudfront.net"
  value       = aws_cloudfront_distribution.this.domain_name
}

output "distribution_zone_id" {
  description = "Route 53's zone of CloudFront, for alias records."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}
