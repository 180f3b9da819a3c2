locals {
  # S3 actions on the bucket itself. Without `ListBucket`, S3 returns 403 for a file that doesn't exist, not 404.
  bucket_level_actions = ["ListBucket", "ListBucketVersions"]

  # What the role of each function allows, from `touches` in stack.json. The right to post is granted below: its ARN is
  # known only when the API exists, and would hide the rest of the policy from the plan.
  grants = {
    for name, function in local.stack.functions : name => [
      for grant in concat(
        [
          {
            sid       = "Log"
            actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.function_log_groups[name]}:*"]
          },
          {
            # X-Ray's actions don't support resource names.
            sid       = "Trace"
            actions   = var.xray ? ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] : []
            resources = ["*"]
          },
          {
            sid       = "Table"
            actions   = [for action in try(function.touches.table, []) : "dynamodb:${action}"]
            resources = [local.table_arn]
          },
          {
            sid       = "Index"
            actions   = [for action in try(function.touches.index, []) : "dynamodb:${action}"]
            resources = [local.index_arn]
          },
          {
            sid       = "Files"
            actions   = [for action in try(function.touches.bucket, []) : "s3:${action}" if !contains(local.bucket_level_actions, action)]
            resources = ["${local.files_arn}/${local.object_created.prefix}*"]
          },
          {
            # Thumbnails are stored beside the files. The suffix excludes the files themselves: no upload's key has it.
            sid       = "SmallPictures"
            actions   = [for action in try(function.touches.small, []) : "s3:${action}"]
            resources = ["${local.files_arn}/${local.thumbnails.prefix}*${local.thumbnails.suffix}"]
          },
          {
            sid       = "Exports"
            actions   = [for action in try(function.touches.exports, []) : "s3:${action}"]
            resources = ["${local.files_arn}/${local.stack.bucket.exports.prefix}*"]
          },
          {
            # The records of erased users. The functions write them, and only an operator reads them.
            sid       = "Erasures"
            actions   = [for action in try(function.touches.erasures, []) : "s3:${action}"]
            resources = ["${local.files_arn}/erasures/*"]
          },
          {
            sid       = "Bucket"
            actions   = [for action in try(function.touches.bucket, []) : "s3:${action}" if contains(local.bucket_level_actions, action)]
            resources = [local.files_arn]
          },
        ],
        !contains(keys(local.failures_arns), name) ? [] : [
          {
            sid       = "Stream"
            actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
            resources = ["${local.table_arn}/stream/*"]
          },
          {
            sid       = "StreamFailures"
            actions   = ["s3:PutObject"]
            resources = ["${local.failures_arns[name]}/*"]
          },
          {
            sid       = "StreamFailuresBucket"
            actions   = ["s3:ListBucket"]
            resources = [local.failures_arns[name]]
          },
        ],
        name != local.object_created.function ? [] : [
          {
            sid       = "DeadLetters"
            actions   = ["sqs:SendMessage"]
            resources = [local.dead_letter_arn]
          },
        ],
        try(local.bus_grants[name], []),
        (length(function.touches) == 0 && !can(local.bus_grants[name])) || var.kms_key_arn == null ? [] : [local.key_grant],
      ) : merge({ condition = null }, grant) if length(grant.actions) > 0
    ]
  }
}

resource "aws_iam_role" "function" {
  for_each = local.stack.functions

  name                 = "${local.function_names[each.key]}-${local.region}"
  path                 = var.iam_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.stack.functions

  name = "touches"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for grant in local.grants[each.key] : merge(
        {
          Sid      = grant.sid
          Effect   = "Allow"
          Action   = grant.actions
          Resource = grant.resources
        },
        grant.condition == null ? {} : { Condition = grant.condition },
      )
    ]
  })
}

resource "aws_iam_role_policy" "connections" {
  for_each = { for name, function in local.stack.functions : name => function.touches.connections if can(function.touches.connections) }

  name = "connections"
  role = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Connections"
      Effect   = "Allow"
      Action   = ["execute-api:ManageConnections"]
      Resource = [for method in each.value : "${aws_apigatewayv2_api.this.execution_arn}/${var.stage_name}/${method}/@connections/*"]
    }]
  })
}
