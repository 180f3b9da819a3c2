name            = "chat"
allowed_origins = ["https://www.example.com"]

domain_name     = "chat-api.example.com"
certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
hosted_zone_id  = "Z0000000000000"
ip_address_type = "dualstack"

alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:oncall"
runbook_url     = "https://github.com/example-org/tabletalk/blob/main/docs/operations.md"
budget          = { monthly_usd = 500, anomaly_usd = 50, emails = ["ops@example.com"], only_this_stack = true }

kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
backup      = { keep_days = 90, copy_to_vault_arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:chat" }

# Keeps users from waiting for a cold start when they open the chat.
provisioned_concurrency = { authorizer = 2, connect = 2, sync = 2 }

tags = { Team = "chat", CostCentre = "4711" }
