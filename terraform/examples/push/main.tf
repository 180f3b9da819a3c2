# Mobile push by SNS. The chat's event bus says whom to wake. The event waits ten seconds in a queue and then goes to
# the user's devices. The function is examples/push/sns.ts, which says how it is bundled; zip it as sns.zip beside this
# file.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

module "chat" {
  # From another repository: git::https://github.com/example-org/tabletalk.git//terraform?ref=v1.0.0, with build_dir.
  source    = "../.."
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  jwks_url        = "https://login.example.com/.well-known/jwks.json"
  jwt_issuer      = "https://login.example.com/"
  jwt_audience    = "tabletalk"
  allowed_origins = ["https://chat.example.com"]

  events_bus = true
  push       = true
}

resource "aws_cloudwatch_event_rule" "push" {
  name           = "push"
  event_bus_name = module.chat.events_bus_name
  event_pattern  = jsonencode({ source = ["tabletalk"], "detail-type" = ["push.wanted"] })
}

resource "aws_cloudwatch_event_target" "push" {
  rule           = aws_cloudwatch_event_rule.push.name
  event_bus_name = module.chat.events_bus_name
  arn            = aws_sqs_queue.push.arn
}

resource "aws_sqs_queue" "push" {
  name                       = "push"
  delay_seconds              = 10
  visibility_timeout_seconds = 180
  # A late push is worse than none.
  message_retention_seconds = 3600
}

resource "aws_sqs_queue_policy" "push" {
  queue_url = aws_sqs_queue.push.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.push.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.push.arn } }
    }]
  })
}

resource "aws_dynamodb_table" "devices" {
  name         = "push-devices"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "userId"
  range_key    = "endpointArn"

  attribute {
    name = "userId"
    type = "S"
  }

  attribute {
    name = "endpointArn"
    type = "S"
  }
}

# Its key comes from Firebase. iPhones need a similar resource for APNS.
resource "aws_sns_platform_application" "android" {
  name                = "chat-android"
  platform            = "GCM"
  platform_credential = var.firebase_service_account
}

variable "firebase_service_account" {
  description = "JSON of a Firebase service account that may send messages."
  type        = string
  sensitive   = true
}

resource "aws_iam_role" "push" {
  name = "push"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.push.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
}

resource "aws_iam_role_policy" "push" {
  name = "push"
  role = aws_iam_role.push.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:Query", "dynamodb:DeleteItem"], Resource = aws_dynamodb_table.devices.arn },
      { Effect = "Allow", Action = "sns:Publish", Resource = "${replace(aws_sns_platform_application.android.arn, ":app/", ":endpoint/")}/*" },
    ]
  })
}

resource "aws_lambda_function" "push" {
  function_name = "push"
  role          = aws_iam_role.push.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  filename      = "${path.module}/sns.zip"
  timeout       = 30

  environment {
    variables = { DEVICES_TABLE = aws_dynamodb_table.devices.name }
  }
}

resource "aws_lambda_event_source_mapping" "push" {
  event_source_arn        = aws_sqs_queue.push.arn
  function_name           = aws_lambda_function.push.arn
  function_response_types = ["ReportBatchItemFailures"]

  depends_on = [aws_iam_role_policy_attachment.logs]
}
