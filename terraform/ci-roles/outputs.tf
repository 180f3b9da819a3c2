output "plan_role_arn" {
  description = "The repository's variable AWS_PLAN_ROLE_ARN."
  value       = aws_iam_role.this["plan"].arn
}

output "deploy_role_arn" {
  description = "AWS_DEPLOY_ROLE_ARN, a variable of the environment that deploys."
  value       = aws_iam_role.this["deploy"].arn
}
