output "name" {
  description = "Name of the bucket, once there is one."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "ARN of the bucket, once there is one."
  value       = aws_s3_bucket.this.arn
}

output "regional_domain_name" {
  description = "Where the bucket's objects are. Example: name.s3.eu-central-1.amazonaws.com"
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

output "policy" {
  description = "Who may do what with the bucket."
  value       = jsondecode(aws_s3_bucket_policy.this.policy)
}
