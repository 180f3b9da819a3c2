output "name" {
  description = "Name of the bucket, known when it exists."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "ARN of the bucket, known when it exists and its policy holds."
  value       = aws_s3_bucket.this.arn

  depends_on = [aws_s3_bucket_policy.this]
}

output "regional_domain_name" {
  description = "Domain of the bucket's objects. Example: name.s3.eu-central-1.amazonaws.com"
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

output "policy" {
  description = "The bucket's policy."
  value       = jsondecode(aws_s3_bucket_policy.this.policy)
}
