# The archive of logs, with the stack's bucket and with one that is given.

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "./tests/mocks"
}

variables {
  jwks_url        = "https://login.example.com/.well-known/jwks.json"
  jwt_issuer      = "https://login.example.com/"
  jwt_audience    = "tabletalk"
  allowed_origins = ["https://chat.example.com"]
}

run "is_off_by_default" {
  command = plan

  assert {
    condition = (
      length(aws_kinesis_firehose_delivery_stream.log_archive) + length(aws_cloudwatch_log_subscription_filter.log_archive) +
      length(aws_iam_role.log_archive) + length(module.log_archive_bucket) == 0 && output.log_archive == null
    )
    error_message = "Logs are archived although nobody asked for it."
  }
}

run "archives_without_access_logs" {
  variables {
    log_archive = {}
    access_logs = false
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_log_subscription_filter.log_archive)) == toset(values(local.function_log_groups))
    error_message = "The groups that are archived are not those that there are."
  }

  assert {
    condition = alltrue([
      for filter in aws_cloudwatch_log_subscription_filter.log_archive :
      filter.destination_arn == aws_kinesis_firehose_delivery_stream.log_archive[0].arn && filter.filter_pattern == ""
    ])
    error_message = "A group's lines go elsewhere, or not all of them."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.log_archive[0].rule[0].expiration[0].days == 365
    error_message = "Logs are not archived for a year."
  }
}

run "archives_in_a_bucket_that_is_given" {
  variables {
    name        = "shop"
    log_archive = { bucket_arn = "arn:aws:s3:::example-logs" }
  }

  assert {
    condition     = length(module.log_archive_bucket) == 0 && length(aws_s3_bucket_lifecycle_configuration.log_archive) == 0
    error_message = "A bucket is given, and the stack makes one, or deletes in it."
  }

  assert {
    condition = aws_kinesis_firehose_delivery_stream.log_archive[0].extended_s3_configuration[0].bucket_arn == "arn:aws:s3:::example-logs" && output.log_archive == {
      bucket_arn = "arn:aws:s3:::example-logs"
      prefix     = "shop/logs/"
      stream_arn = aws_kinesis_firehose_delivery_stream.log_archive[0].arn
    }
    error_message = "The logs go elsewhere."
  }

  assert {
    condition = flatten([
      for statement in jsondecode(aws_iam_role_policy.log_archive["firehose"].policy).Statement : statement.Resource
      if startswith(statement.Resource[0], "arn:aws:s3:::")
    ]) == ["arn:aws:s3:::example-logs/shop/*", "arn:aws:s3:::example-logs"]
    error_message = "Firehose may write more than this stack's logs."
  }
}

run "refuses_a_name_in_place_of_an_arn" {
  command = plan

  variables {
    log_archive = { bucket_arn = "example-logs" }
  }

  expect_failures = [var.log_archive]
}
