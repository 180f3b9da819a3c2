name                = "chat-staging"
allowed_origins     = ["https://staging.example.com", "http://localhost:5173"]
deletion_protection = false
log_level           = "DEBUG"
log_retention_days  = 7
system_log_level    = "WARN"

# Only one stack of the Region sets the role with which API Gateway writes logs.
api_gateway_account = true

# Low limits are enough here, because no user depends on this environment.
table_max_read_units  = 1000
table_max_write_units = 1000
reserved_concurrency  = {}
