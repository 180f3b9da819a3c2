locals {
  # The values of the `settings` in stack.json, by name. With null, the function uses its own default.
  settings = merge(local.bus_settings, {
    JWKS_URL     = var.jwks_url
    JWKS         = var.jwks
    JWT_ISSUER   = var.jwt_issuer
    JWT_AUDIENCE = var.jwt_audience
    MORE_ISSUERS = length(var.more_issuers) == 0 ? null : jsonencode([
      for one in var.more_issuers : merge(
        { issuer = one.issuer, audiences = one.audiences },
        one.jwks_url == null ? {} : { jwksUrl = one.jwks_url },
        one.jwks == null ? {} : { jwks = jsondecode(one.jwks) },
      )
    ])
    ALLOWED_ORIGINS           = join(",", local.allowed_origins)
    MAX_FILE_BYTES            = tostring(var.max_file_bytes)
    ALLOWED_CONTENT_TYPES     = var.allowed_content_types == null ? null : join(",", var.allowed_content_types)
    SEND_RATE_LIMIT           = var.send_rate_limit
    RATE_LIMITS               = var.rate_limits
    JWT_TYP                   = var.jwt_typ
    JWT_MAX_AGE_SECONDS       = var.jwt_max_age_seconds == null ? null : tostring(var.jwt_max_age_seconds)
    MAX_USER_CONNECTIONS      = tostring(var.max_user_connections)
    MAX_ROOM_MEMBERS          = tostring(var.max_room_members)
    JANITOR_WRITES_PER_SECOND = tostring(var.janitor_writes_per_second)
    MAX_USER_ROOMS            = tostring(var.max_user_rooms)
    MAX_PENDING_UPLOADS       = tostring(var.max_pending_uploads)
    MAX_PENDING_UPLOAD_BYTES  = tostring(var.max_pending_upload_bytes)
    POSTING                   = var.posting
    DEFAULT_ROOM_ACCESS       = var.default_room_access
    CHOSEN_ROOM_IDS           = var.chosen_room_ids
    ROOM_CREATION             = var.room_creation
    RETENTION_DAYS            = var.retention_days == null ? null : tostring(var.retention_days)
    DIRECT_MESSAGES           = var.direct_messages
    PROFILES                  = var.profiles
    SEARCH                    = var.search ? "on" : null
    SERVER_RATE_LIMIT         = var.server_rate_limit
  })

  # The API's own endpoint, even if there is a domain, because `@connections` is always there.
  connections_endpoint = "https://${local.api_host}/${var.stage_name}"

  # Like the role, the environment of a function depends on what the function may touch.
  environments = {
    for name, function in local.stack.functions : name => merge(
      {
        POWERTOOLS_SERVICE_NAME      = var.name
        POWERTOOLS_LOG_LEVEL         = var.log_level
        POWERTOOLS_METRICS_NAMESPACE = local.own_metrics
      },
      can(function.touches.table) || can(function.touches.index) ? { TABLE_NAME = var.name, TABLE_CLIENT = var.table_client } : {},
      can(function.touches.bucket) ? { FILES_BUCKET = local.files_bucket } : {},
      can(function.touches.connections) ? { CONNECTIONS_ENDPOINT = local.connections_endpoint } : {},
      name == local.stream.function ? {
        STREAM_WINDOW_MS                     = tostring(local.stream.window.milliseconds)
        STREAM_WINDOW_FROM_EVENTS_PER_SECOND = tostring(local.stream.window.fromEventsPerSecond)
      } : {},
      { for setting in try(function.settings, []) : setting => local.settings[setting] if local.settings[setting] != null },
    )
  }
}

resource "aws_lambda_function" "this" {
  for_each = local.stack.functions

  function_name    = local.function_names[each.key]
  role             = aws_iam_role.function[each.key].arn
  runtime          = var.runtime
  architectures    = ["arm64"]
  handler          = "index.handler"
  filename         = "${local.build_dir}/zips/${each.key}.zip"
  source_code_hash = filebase64sha256("${local.build_dir}/zips/${each.key}.zip")
  memory_size      = each.value.memoryMb
  timeout          = each.value.timeoutSeconds
  # Publishes a version at each change, for the alias.
  publish = true
  # -1 means no reserved concurrency.
  reserved_concurrent_executions = lookup(local.reserved_concurrency, each.key, -1)

  environment {
    variables = local.environments[each.key]
  }

  tracing_config {
    mode = var.xray ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = each.key != local.thumbnails.function || fileexists("${local.build_dir}/zips/${each.key}.zip")
      error_message = "The function that makes pictures small is not built. Run `npm run build -- --thumbnails`."
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
    # Lambda's own filter treats a line without a level as INFO, and metrics are lines without a level. So the filter
    # never drops more than DEBUG; the functions filter their own logs by POWERTOOLS_LOG_LEVEL.
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    application_log_level = var.log_level == "DEBUG" ? "DEBUG" : "INFO"
    system_log_level      = var.system_log_level
  }
}

resource "aws_lambda_permission" "route" {
  for_each = local.stack.routes

  statement_id  = "route-${trimprefix(each.key, "$")}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_alias.live[each.value.function].function_name
  qualifier     = aws_lambda_alias.live[each.value.function].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage_name}/${each.key}"

  # The alias's permission must exist before the caller uses the alias.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_permission" "authorizer" {
  statement_id  = "authorizer"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_alias.live[local.authorizer].function_name
  qualifier     = aws_lambda_alias.live[local.authorizer].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this.id}"

  # The alias's permission must exist before the caller uses the alias.
  lifecycle {
    create_before_destroy = true
  }
}
