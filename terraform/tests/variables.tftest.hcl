mock_provider "aws" {}

mock_provider "aws" {
  alias = "us_east_1"
}

variables {
  jwks_url        = "https://login.example.com/.well-known/jwks.json"
  jwt_issuer      = "https://login.example.com/"
  jwt_audience    = "tabletalk"
  allowed_origins = ["https://chat.example.com"]
}

run "refuses_what_cannot_work" {
  command = plan

  variables {
    jwks_url                    = "http://login.example.com/jwks.json"
    jwt_issuer                  = ""
    more_issuers                = [{ issuer = "https://other.example.com", audiences = [] }]
    jwt_audience                = ""
    allowed_origins             = ["https://chat.example.com/"]
    name                        = "Tabletalk"
    runtime                     = "nodejs20.x"
    new_version_weight          = 2
    previous_versions           = { streams = "$LATEST" }
    provisioned_concurrency     = { nosuch = 0 }
    kms_key_arn                 = "alias/mine"
    permissions_boundary_arn    = "boundary"
    iam_path                    = "apps"
    ip_address_type             = "ipv6"
    domain_name                 = "chat-api.example.com"
    max_file_bytes              = 0
    allowed_content_types       = []
    server_api_auth             = "password"
    default_room_access         = "open"
    chosen_room_ids             = "users"
    room_creation               = "nobody"
    direct_messages             = "scope"
    profiles                    = "anyone"
    server_rate_limit           = "200"
    send_rate_limit             = "20 a second"
    jwt_typ                     = " at+jwt"
    jwt_max_age_seconds         = 0
    max_user_connections        = 0
    max_user_rooms              = 1.5
    max_room_members            = 1
    janitor_writes_per_second   = 0
    max_pending_uploads         = 1001
    max_pending_upload_bytes    = 0
    push                        = true
    webhooks                    = [{ url = "http://localhost", secret_arn = "a secret" }]
    posting                     = "pigeon"
    table_client                = "pigeon"
    connects_per_second         = 0
    connects_burst              = 0.5
    throttling_rate_limit       = 0
    throttling_burst_limit      = 0
    server_throttling           = { rate = 0, burst = 1 }
    account_requests_per_second = 0
    route_throttling            = { nosuch = { rate = 0, burst = 1 } }
    table_max_write_units       = 0
    table_max_read_units        = 0.5
    reserved_concurrency        = { streams = 0 }
    account_concurrency         = 0
    backup                      = { keep_days = 0 }
    budget                      = { monthly_usd = 0 }
    retention_days              = 0
    log_archive                 = { keep_days = 0 }
    log_retention_days          = 31
    recovery_period_days        = 36
    log_level                   = "LOUD"
    system_log_level            = "ERROR"
    alarm_topic_arn             = "alarms"
    delivery_slo_ms             = 0
    runbook_url                 = "the runbook"
  }

  expect_failures = [
    var.jwks_url,
    var.more_issuers,
    var.jwt_issuer,
    var.jwt_audience,
    var.allowed_origins,
    var.name,
    var.runtime,
    var.new_version_weight,
    var.previous_versions,
    var.provisioned_concurrency,
    var.kms_key_arn,
    var.permissions_boundary_arn,
    var.iam_path,
    var.ip_address_type,
    var.domain_name,
    var.max_file_bytes,
    var.allowed_content_types,
    var.server_api_auth,
    var.default_room_access,
    var.chosen_room_ids,
    var.room_creation,
    var.direct_messages,
    var.profiles,
    var.server_rate_limit,
    var.send_rate_limit,
    var.jwt_typ,
    var.jwt_max_age_seconds,
    var.max_user_connections,
    var.max_user_rooms,
    var.max_room_members,
    var.janitor_writes_per_second,
    var.max_pending_uploads,
    var.max_pending_upload_bytes,
    var.push,
    var.webhooks,
    var.posting,
    var.table_client,
    var.connects_per_second,
    var.connects_burst,
    var.throttling_rate_limit,
    var.throttling_burst_limit,
    var.server_throttling,
    var.account_requests_per_second,
    var.route_throttling,
    var.table_max_write_units,
    var.table_max_read_units,
    var.reserved_concurrency,
    var.account_concurrency,
    var.backup,
    var.budget,
    var.retention_days,
    var.log_archive,
    var.log_retention_days,
    var.recovery_period_days,
    var.log_level,
    var.system_log_level,
    var.alarm_topic_arn,
    var.delivery_slo_ms,
    var.runbook_url,
  ]
}

# A run of its own, because Terraform doesn't check jwks_url if jwks, with which it is compared, is refused.
run "refuses_keys_that_are_none" {
  command = plan

  variables {
    jwks_url            = null
    jwks                = "{}"
    account_concurrency = 1000
  }

  expect_failures = [var.jwks]
}
