resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = local.stack.table.hashKey
  range_key                   = local.stack.table.rangeKey
  stream_enabled              = true
  stream_view_type            = local.stack.table.streamViewType
  deletion_protection_enabled = var.deletion_protection

  dynamic "attribute" {
    for_each = toset([
      local.stack.table.hashKey,
      local.stack.table.rangeKey,
      local.stack.table.index.hashKey,
      local.stack.table.index.rangeKey,
    ])

    content {
      name = attribute.value
      type = "S"
    }
  }

  global_secondary_index {
    name            = local.stack.table.index.name
    hash_key        = local.stack.table.index.hashKey
    range_key       = local.stack.table.index.rangeKey
    projection_type = local.stack.table.index.projection
  }

  ttl {
    attribute_name = local.stack.table.ttlAttribute
    enabled        = true
  }

  # The index has no ceiling of its own, because no row is written to it any more.
  dynamic "on_demand_throughput" {
    for_each = var.table_max_read_units == null && var.table_max_write_units == null ? [] : [true]

    content {
      max_read_request_units  = var.table_max_read_units
      max_write_request_units = var.table_max_write_units
    }
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = var.recovery_period_days
  }

  # The table is always encrypted. Without a key of your own it uses a key that DynamoDB owns and that is free, instead
  # of the account's `aws/dynamodb` key, whose every use KMS charges and logs.
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  server_side_encryption {
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }
}
