# `npm run docs` writes this file from the module’s.

variable "access_logs" {
  description = "Whether the API logs every frame (route, status and latency; no token and no text). The account must let API Gateway write logs, see api_gateway_account."
  type        = bool
  default     = true
}

variable "account_concurrency" {
  description = "Lambda's quota of concurrent executions in the account and Region, minus what other stacks have reserved; null asks Service Quotas for it, which needs servicequotas:GetServiceQuota."
  type        = number
  default     = null
}

variable "account_requests_per_second" {
  description = "The account's quota of requests per second for all APIs of the Region, which posts to clients count towards as well: 10,000, or 2,500 in newer Regions. The routes together may take half of it, so that inbound frames never use up what posts need."
  type        = number
  default     = 10000
}

variable "alarm_topic_arn" {
  description = "ARN of the SNS topic that receives alarms; null to see them in the console only."
  type        = string
  default     = null
}

variable "allowed_content_types" {
  description = "Media types that can be uploaded; null for the built-in list (images, audio, video, text, PDF, office documents, archives). Example: [\"image/*\", \"application/pdf\"]"
  type        = list(string)
  default     = null
}

variable "allowed_origins" {
  description = "Origins of the pages that may connect and upload, in addition to that of `page`; [\"*\"] allows every page. Clients other than browsers are not checked. Example: [\"https://chat.example.com\"]"
  type        = list(string)
}

variable "api_gateway_account" {
  description = "Whether to set the role with which API Gateway writes logs. There is one per account and Region, and this replaces it: set it in one stack only, and not if somebody else has set it."
  type        = bool
  default     = false
}

variable "backup" {
  description = "Backs up the table and the files by AWS Backup, at the times of `schedule` (UTC, by default 3 a.m.), kept for so many days, in a vault that `terraform destroy` refuses to empty; null for the table's own recovery alone. copy_to_vault_arn: a vault of another Region or account that receives each backup too. Example: { keep_days = 90 }"
  type = object({
    schedule          = optional(string, "cron(0 3 * * ? *)")
    keep_days         = optional(number, 35)
    copy_to_vault_arn = optional(string)
  })
  default = null
}

variable "budget" {
  description = "Tells these e-mail addresses (10 at most) and this SNS topic when the month's costs pass 80 % and 100 % of so many dollars, or are forecast to; null for no budget. Of the whole account, or, with only_this_stack, of what is tagged with Service = name, once the account has activated that cost allocation tag. With anomaly_usd also when AWS finds that what has this tag costs so many dollars more than it would expect: the topic at once, the addresses once a day. Example: { monthly_usd = 200, anomaly_usd = 20, emails = [\"ops@example.com\"] }"
  type = object({
    monthly_usd     = number
    emails          = optional(list(string), [])
    topic_arn       = optional(string)
    only_this_stack = optional(bool, false)
    anomaly_usd     = optional(number)
  })
  default = null
}

variable "build_dir" {
  description = "Folder of the functions that `npm run build` wrote, relative to where Terraform runs; null for `dist` of the repository that the module is in."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "ARN of the domain's ACM certificate, in the API's Region; only with domain_name."
  type        = string
  default     = null
}

variable "chosen_room_ids" {
  description = "Who may choose a room's id: `server` for backends and admins only, or `anyone`, who can then take an id that somebody else would need and learn which ids are taken."
  type        = string
  default     = "server"
}

variable "connects_burst" {
  description = "Connections that the API opens at once, above connects_per_second: a team of this size doesn't notice the limit."
  type        = number
  default     = 200
}

variable "connects_per_second" {
  description = "Connections a second that the API opens; others get HTTP 429 and the client SDK tries again with backoff. The default protects a new table (4,000 write units a second) when users of 50 rooms (55 units each) all come back at once. Raise it when the table is warm, up to the account's quota; null for 500, that quota's default."
  type        = number
  default     = 70
}

variable "default_room_access" {
  description = "Access of a room that is made without one: `private` (members and invites only), `link` (whoever knows its id) or `public` (listed, too)."
  type        = string
  default     = "private"
}

variable "deletion_protection" {
  description = "Whether `terraform destroy` refuses to delete the table, and buckets that are not empty."
  type        = bool
  default     = true
}

variable "delivery_slo_ms" {
  description = "Milliseconds from a message's write to its post within which 99 of 100 posts should happen: an alarm is raised when they do not for five minutes."
  type        = number
  default     = 3000
}

variable "detailed_metrics" {
  description = "Whether the API also has metrics for each route, which CloudWatch charges for."
  type        = bool
  default     = false
}

variable "direct_messages" {
  description = "Who may write to a user for the first time: `anyone`, or `server` for backends and admins only."
  type        = string
  default     = "anyone"
}

variable "domain_name" {
  description = "Domain of the API; null for the domain that AWS assigns. Example: chat-api.example.com"
  type        = string
  default     = null
}

variable "events_bus" {
  description = "Whether an EventBridge bus of the stack's name is told what happens: messages, members, rooms (docs/bus.md). $1 a million events, and about as much for the function."
  type        = bool
  default     = false
  nullable    = false
}

variable "failure_retention_days" {
  description = "Days that stream records which could not be processed are kept for replay."
  type        = number
  default     = 30
}

variable "file_retention_days" {
  description = "Days that uploaded files are kept; null keeps them permanently. A week later they are permanently deleted. A file that is copied onto itself, e.g. to encrypt it with another key, is lost a week after the copy, because its message names the version that was replaced."
  type        = number
  default     = null
}

variable "files_access_logs" {
  description = "Whether S3 logs each request for the files: when, from which address, which file, with what result. Not which user: links are signed by the functions. Kept for log_retention_days."
  type        = bool
  default     = true
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which to create the domain's record; null to create it elsewhere."
  type        = string
  default     = null
}

variable "iam_path" {
  description = "Path of the stack's roles. Example: /apps/"
  type        = string
  default     = "/"
}

variable "ip_address_type" {
  description = "How clients reach the WebSocket API: `ipv4`, or `dualstack` for IPv6 as well."
  type        = string
  default     = "ipv4"
}

variable "iterator_age_alarm_seconds" {
  description = "Age of the oldest undelivered change, in seconds, above which an alarm is raised: messages arrive that late."
  type        = number
  default     = 30
}

variable "janitor_writes_per_second" {
  description = "Write units a second that the janitor uses when it deletes much, such as a large room, so that the rest of the table's capacity is left to the chat."
  type        = number
  default     = 200
}

variable "jwks" {
  description = "The public keys themselves, as JSON, for an issuer without a URL: they are never fetched. All settings of a function have 4 KB together. Example: file(\"keys.json\")"
  type        = string
  default     = null
}

variable "jwks_url" {
  description = "URL of the public keys (JWKS, RFC 7517) that verify the users' tokens; null with `jwks`. Example: https://login.example.com/.well-known/jwks.json"
  type        = string
}

variable "jwt_audience" {
  description = "The `aud` of the tokens; several, of which a token needs one, comma-separated. A token without `aud` is for its `client_id` or `azp`. Example: tabletalk"
  type        = string
}

variable "jwt_issuer" {
  description = "The exact `iss` of the tokens. Example: https://login.example.com/"
  type        = string
}

variable "jwt_max_age_seconds" {
  description = "How old a token may be since its `iat`, in seconds; null for as long as its `exp` says. Example: 86400"
  type        = number
  default     = null
}

variable "jwt_typ" {
  description = "The `typ` in the header of the tokens, so that no other token of the same issuer is accepted; null accepts any. Example: at+jwt"
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "ARN of a customer-managed KMS key, in the stack's Region, that encrypts the table, the files, failed records, the queue and the logs; null for keys that AWS owns and doesn't charge for. Its policy must let the account's roles use it, and logs.<region>.amazonaws.com for the log groups, and events.amazonaws.com where there are webhooks. Logs of requests stay with S3's own keys, which is all that S3 writes them with."
  type        = string
  default     = null
}

variable "log_archive" {
  description = "Archives in S3, by day and compressed, all that the functions and the API log, for longer than log_retention_days (docs/operations.md, Log archive); null for no archive. keep_days: how long. bucket_arn: a bucket of your own in place of one of the stack, with a lifecycle of your own. Example: { keep_days = 730 }"
  type = object({
    keep_days  = optional(number, 365)
    bucket_arn = optional(string)
  })
  default = null
}

variable "log_level" {
  description = "Lowest severity that the functions log; their metrics are always written. Texts of messages, tokens and signed URLs are never logged."
  type        = string
  default     = "INFO"
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

variable "max_file_bytes" {
  description = "Largest file that can be uploaded, in bytes; 25 MiB by default."
  type        = number
  default     = 26214400
}

variable "max_pending_upload_bytes" {
  description = "Bytes of these uploads together; a single upload may be larger."
  type        = number
  default     = 524288000
}

variable "max_pending_uploads" {
  description = "Uploads of one user whose form is valid (15 minutes) and whose file has not arrived. Further ones get `limit_reached`."
  type        = number
  default     = 50
}

variable "max_room_members" {
  description = "Members of one room: each message to it costs a post for each of their connections."
  type        = number
  default     = 100000
}

variable "max_user_connections" {
  description = "Live connections of one user that receive events, one for each tab and device: each costs a post for every message to a room of the user. Further ones get `limit_reached`."
  type        = number
  default     = 20
}

variable "max_user_rooms" {
  description = "Rooms that one user is in and has created or joined themselves: each costs a write at every connect. Further ones get `limit_reached`."
  type        = number
  default     = 1000
}

variable "more_issuers" {
  description = "Other issuers whose tokens are accepted, each with its audiences and either `jwks_url` or `jwks`. Nothing but `sub` tells their users apart. Example: [{ issuer = \"https://securetoken.google.com/my-project\", audiences = [\"my-project\"], jwks_url = \"https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com\" }]"
  type = list(object({
    issuer    = string
    audiences = list(string)
    jwks_url  = optional(string)
    jwks      = optional(string)
  }))
  default  = []
  nullable = false
}

variable "name" {
  description = "Name of the table and prefix of every other name. Each deployment in an account and Region needs its own."
  type        = string
  default     = "tabletalk"
}

variable "new_version_weight" {
  description = "Share of the calls that the functions' new versions get, from 0 to 1; the versions of previous_versions get the others. 1 is all of them at once, and 0 is back to the versions before. `npm run release` sets it step by step."
  type        = number
  default     = 1
}

variable "page" {
  description = "Hosts the page (`npm run build:web`) on S3 and CloudFront; null for no page. sign_in: users paste a token (kind token), or the page requests one from a url (kind tokenUrl). The domain's certificate must be in us-east-1. image_origins: from which servers it shows pictures of users, because those servers learn who looks at them; other users are shown by their initials. push_url: where browsers subscribe to Web Push (docs/bus.md); null for nowhere. brand: what the page is called, with a logo (a path on its own host) and values of its colours (web/src/style/tokens.css) by name. access_logs: whether CloudFront logs each request, without query and cookies, for log_retention_days. waf: null for no AWS WAF, {} for a web ACL with at most 2,000 requests of one address in 5 minutes and AWS's common rules, or the web_acl_arn of your own, in us-east-1. Example: { sign_in = { kind = \"tokenUrl\", url = \"https://login.example.com/chat-token\" } }"
  type = object({
    sign_in = optional(object({
      kind        = string
      url         = optional(string)
      sign_in_url = optional(string)
    }), { kind = "token" })
    domain_name     = optional(string)
    certificate_arn = optional(string)
    hosted_zone_id  = optional(string)
    build_dir       = optional(string)
    image_origins   = optional(list(string), [])
    push_url        = optional(string)
    brand = optional(object({
      name    = string
      logo    = optional(string)
      colours = optional(map(string))
    }))
    access_logs = optional(bool, true)
    waf = optional(object({
      requests_per_5_minutes = optional(number, 2000)
      web_acl_arn            = optional(string)
    }))
  })
  default = null
}

variable "permissions_boundary_arn" {
  description = "ARN of the IAM policy that limits every role of the stack, where an organization demands one; null for none."
  type        = string
  default     = null
}

variable "posting" {
  description = "How events are posted to connections: `lean` with our own signer, `sdk` with the AWS SDK's client, which takes several times the CPU time."
  type        = string
  default     = "lean"
}

variable "previous_versions" {
  description = "By function, the version that got the calls before this deploy: the output `live_versions` of then. Only used with a new_version_weight below 1."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "profiles" {
  description = "Who sets the names and pictures of users: `token` for the claims `name` and `picture` of their tokens, `users` for the users themselves (the claims are only their first profile), or `server` for backends only."
  type        = string
  default     = "token"
}

variable "provisioned_concurrency" {
  description = "Executions that are kept ready, by function, so that nobody waits for a cold start: each costs about $2.70 a month and 256 MB, also while nobody chats. Example: { authorizer = 2, connect = 2, sync = 2 }"
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "push" {
  description = "Whether the bus is also told whom to wake for each message (push.wanted). That reads the room's members and how far they have read: in a room of 10 some 16 units a message, in one of 1,000 some 1,560."
  type        = bool
  default     = false
  nullable    = false
}

variable "push_previews" {
  description = "Whether push.wanted has the first 100 characters of the message. They then go to whatever sends the pushes, and to its providers."
  type        = bool
  default     = false
  nullable    = false
}

variable "rate_limits" {
  description = "What each user may do, as uses/seconds by class: `direct` (new direct rooms), `room`, `add` (addMembers), `join`, `upload`, `change`, `mark`, `react`, `typing`, `presence`, `search`, `sync`, `page` (of history and the like), `read`. Each use of a limited class costs a write unit; null for no limits."
  type        = string
  default     = "direct=10/60,room=3/18,add=3/18,join=10/20,upload=20/60,change=30/10,mark=5/5,react=30/10,typing=10/10,presence=60/60,search=10/10,sync=60/60,page=30/10,read=100/10"
}

variable "recovery_period_days" {
  description = "Number of days for which the table can be restored to any moment."
  type        = number
  default     = 35
}

variable "reserved_concurrency" {
  description = "Executions at once that these functions have for themselves, whatever the others do, and can't exceed: so no storm of frames or connections stops deliveries, and no storm of connections takes the rest. Raise `streams` above the number of the stream's shards. `janitor` has one: no two of it work at once. Reserved only in an account with enough of them: AWS keeps 100 for other functions, and refuses any reservation in an account of 10. {} for none."
  type        = map(number)
  default     = { streams = 100, authorizer = 50, janitor = 1 }
  nullable    = false
}

variable "retention_days" {
  description = "Days that messages are kept, with their files, reactions and mentions; null keeps them permanently. The owner of a room may choose a shorter time for it, backends any. It applies to messages that are written from then on; older ones are hidden at once, and `truncateRoom` deletes them."
  type        = number
  default     = null
}

variable "room_creation" {
  description = "Who may make rooms: `anyone`, `scope` for users whose token has the scope `tabletalk:rooms`, or `server` for backends and admins only."
  type        = string
  default     = "anyone"
}

variable "route_throttling" {
  description = "Frames per second, and in a burst, that these routes accept from all clients together: the frequent ones, and those that write most for one frame (a new table takes 4,000 write units a second, and a room with 100 members is 229). A map of your own replaces all of it; routes that it doesn't name have throttling_rate_limit."
  type        = map(object({ rate = number, burst = number }))
  default = {
    "$disconnect"    = { rate = 400, burst = 500 }
    sendMessage      = { rate = 1000, burst = 1000 }
    typingIndicator  = { rate = 220, burst = 300 }
    enterPresence    = { rate = 50, burst = 100 }
    getPresence      = { rate = 50, burst = 100 }
    ping             = { rate = 500, burst = 300 }
    sync             = { rate = 300, burst = 300 }
    getHistory       = { rate = 300, burst = 200 }
    listRooms        = { rate = 150, burst = 200 }
    joinRoom         = { rate = 200, burst = 200 }
    handleFileUpload = { rate = 100, burst = 100 }
    getFileUrl       = { rate = 100, burst = 100 }
    createRoom       = { rate = 10, burst = 50 }
    addMembers       = { rate = 5, burst = 5 }
  }
}

variable "runbook_url" {
  description = "Where docs/operations.md can be read: every alarm names its paragraph there. Example: https://github.com/example-org/tabletalk/blob/main/docs/operations.md"
  type        = string
  default     = "docs/operations.md"
}

variable "runtime" {
  description = "Lambda runtime of the functions. nodejs24.x needs version 6.19 or newer of the AWS provider: older ones refuse it."
  type        = string
  default     = "nodejs22.x"
}

variable "search" {
  description = "Whether messages are found by their words (searchMessages). Each different word of a message is a write unit, some 12 a message: more than the message itself costs. Messages from before it was on are not found."
  type        = bool
  default     = false
}

variable "send_rate_limit" {
  description = "How often one user may send, as sends/seconds; more get `rate_limited`. Each send costs a write unit for the count; null for no limit and no count."
  type        = string
  default     = "30/10"
}

variable "server_api_auth" {
  description = "How backends authenticate at the server API: `token` for a JWT whose `scope` has `tabletalk:server`, `iam` for requests signed with AWS credentials that may `execute-api:Invoke` it."
  type        = string
  default     = "token"
}

variable "server_rate_limit" {
  description = "How often one backend may act at the server API, as actions/seconds; each action of a batch counts. Example: 1000/1"
  type        = string
  default     = "200/1"
}

variable "server_throttling" {
  description = "Requests per second, and in a burst, that the API for backends accepts from all of them together."
  type        = object({ rate = number, burst = number })
  default     = { rate = 200, burst = 200 }
}

variable "stage_name" {
  description = "Stage of the API: the path of its URL, unless `domain_name` is set."
  type        = string
  default     = "prod"
}

variable "system_log_level" {
  description = "Lowest severity of what Lambda itself logs of an invocation: its start, end and report are INFO, some 600 bytes together. WARN saves them; durations are in the metrics too."
  type        = string
  default     = "INFO"
}

variable "table_client" {
  description = "How the functions ask the table: `lean` with our own client, `sdk` with the AWS SDK's, which takes several times the CPU time and memory."
  type        = string
  default     = "lean"
}

variable "table_max_read_units" {
  description = "Read units per second that the table takes at most: 20,000 are $216 a day. null for the account's quota of 40,000, -1 to remove a ceiling that is there."
  type        = number
  default     = 20000
}

variable "table_max_write_units" {
  description = "Write units per second that the table takes at most, to limit its bill: 10,000 are $540 a day in us-east-1. Above them everybody gets `unavailable`; raise it with the chat. null for the account's quota of 40,000, -1 to remove a ceiling that is there."
  type        = number
  default     = 10000
}

variable "throttling_burst_limit" {
  description = "Frames that each of these routes accepts in a burst above the rate."
  type        = number
  default     = 20
}

variable "throttling_rate_limit" {
  description = "Frames per second that each route accepts from all clients together, unless route_throttling names it: rare actions, of which there are many routes."
  type        = number
  default     = 20
}

variable "thumbnails" {
  description = "Whether pictures are also shown small, without EXIF and position: by a function that `npm run build -- --thumbnails` builds. The file itself keeps both, and members have its URL. Some $20 a million pictures, and a post to each connection of the room: $34 in rooms of 10. Pictures from before it was on are shown as they are."
  type        = bool
  default     = false
  nullable    = false
}

variable "webhooks" {
  description = "URLs that receive events of the bus, signed as standardwebhooks.com describes, with retries for a day and a queue of dead letters for each. events: types such as message.sent; null for all. secret_arn: of a secret in Secrets Manager whose text is `whsec_` and base64 of 24 to 64 bytes; while it is being replaced it may have two, one on each line. Example: [{ url = \"https://shop.example.com/chat\", events = [\"message.sent\"], secret_arn = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:chat-AbCdEf\" }]"
  type = list(object({
    url        = string
    events     = optional(list(string))
    secret_arn = string
  }))
  default  = []
  nullable = false
}

variable "xray" {
  description = "Whether Lambda records in AWS X-Ray how long invocations take: one a second, and 5 % of the others, at $5 per million. It does not follow messages: the `traceId` in the logs always does."
  type        = bool
  default     = false
}
