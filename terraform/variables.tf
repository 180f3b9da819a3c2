# Who may connect

variable "jwks_url" {
  description = "URL of the public keys (JWKS, RFC 7517) that verify the users' tokens; null with `jwks`. Example: https://login.example.com/.well-known/jwks.json"
  type        = string

  validation {
    condition     = var.jwks_url == null || startswith(coalesce(var.jwks_url, "-"), "https://")
    error_message = "The JWKS URL must begin with https://, or anybody between could replace the keys."
  }

  validation {
    condition     = (var.jwks_url == null) != (var.jwks == null)
    error_message = "The keys are at jwks_url, or they are jwks: one of the two."
  }
}

variable "jwks" {
  description = "The public keys themselves, as JSON, for an issuer without a URL: they are never fetched. All settings of a function have 4 KB together. Example: file(\"keys.json\")"
  type        = string
  default     = null

  validation {
    condition     = var.jwks == null || (can(jsondecode(var.jwks).keys[0].kty) && length(coalesce(var.jwks, "-")) <= 3000)
    error_message = "The keys are JSON, {\"keys\": [{\"kty\": …}]}, of 3,000 characters at most."
  }
}

variable "jwt_issuer" {
  description = "The exact `iss` of the tokens. Example: https://login.example.com/"
  type        = string

  validation {
    condition     = length(var.jwt_issuer) > 0
    error_message = "The issuer must not be empty."
  }
}

variable "jwt_audience" {
  description = "The `aud` of the tokens; several, of which a token needs one, comma-separated. A token without `aud` is for its `client_id` or `azp`. Example: tabletalk"
  type        = string

  validation {
    condition     = length(var.jwt_audience) > 0
    error_message = "The audience must not be empty."
  }
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

  validation {
    condition = alltrue([
      for one in var.more_issuers : length(one.issuer) > 0 && length(one.audiences) > 0 && (one.jwks_url == null) != (one.jwks == null) &&
      (one.jwks_url == null || startswith(coalesce(one.jwks_url, "-"), "https://")) && (one.jwks == null || can(jsondecode(one.jwks).keys[0].kty))
    ])
    error_message = "Each has an issuer, audiences, and either a jwks_url that begins with https://, or jwks as JSON."
  }
}

variable "jwt_typ" {
  description = "The `typ` in the header of the tokens, so that no other token of the same issuer is accepted; null accepts any. Example: at+jwt"
  type        = string
  default     = null

  validation {
    condition     = var.jwt_typ == null || can(regex("^\\S+$", var.jwt_typ))
    error_message = "The type must not be empty, nor have blanks; null accepts any."
  }
}

variable "jwt_max_age_seconds" {
  description = "How old a token may be since its `iat`, in seconds; null for as long as its `exp` says. Example: 86400"
  type        = number
  default     = null

  validation {
    condition     = var.jwt_max_age_seconds == null || (coalesce(var.jwt_max_age_seconds, 1) >= 1 && floor(coalesce(var.jwt_max_age_seconds, 1)) == coalesce(var.jwt_max_age_seconds, 1))
    error_message = "The age is a whole number of seconds, at least 1; null for none."
  }
}

variable "allowed_origins" {
  description = "Origins of the pages that may connect and upload, in addition to that of `page`; [\"*\"] allows every page. Clients other than browsers are not checked. Example: [\"https://chat.example.com\"]"
  type        = list(string)

  validation {
    condition = (length(var.allowed_origins) > 0 || var.page != null) && alltrue([
      for origin in var.allowed_origins : origin == "*" || can(regex("^https?://[^/,]+$", origin))
    ])
    error_message = "An origin is a scheme, a host and an optional port, without path or final slash, such as https://chat.example.com. At least one is needed, unless there is `page`."
  }
}

variable "server_api_auth" {
  description = "How backends authenticate at the server API: `token` for a JWT whose `scope` has `tabletalk:server`, `iam` for requests signed with AWS credentials that may `execute-api:Invoke` it."
  type        = string
  default     = "token"

  validation {
    condition     = contains(["token", "iam"], var.server_api_auth)
    error_message = "Backends are known by token or iam."
  }
}

# What users may do about rooms

variable "default_room_access" {
  description = "Access of a room that is made without one: `private` (members and invites only), `link` (whoever knows its id) or `public` (listed, too)."
  type        = string
  default     = "private"

  validation {
    condition     = contains(["public", "link", "private"], var.default_room_access)
    error_message = "The access is public, link or private."
  }
}

variable "chosen_room_ids" {
  description = "Who may choose a room's id: `server` for backends and admins only, or `anyone`, who can then take an id that somebody else would need and learn which ids are taken."
  type        = string
  default     = "server"

  validation {
    condition     = contains(["anyone", "server"], var.chosen_room_ids)
    error_message = "Ids are chosen by anyone or server."
  }
}

variable "room_creation" {
  description = "Who may make rooms: `anyone`, `scope` for users whose token has the scope `tabletalk:rooms`, or `server` for backends and admins only."
  type        = string
  default     = "anyone"

  validation {
    condition     = contains(["anyone", "scope", "server"], var.room_creation)
    error_message = "Rooms are made by anyone, scope or server."
  }
}

variable "direct_messages" {
  description = "Who may write to a user for the first time: `anyone`, or `server` for backends and admins only."
  type        = string
  default     = "anyone"

  validation {
    condition     = contains(["anyone", "server"], var.direct_messages)
    error_message = "Direct rooms are made by anyone or server."
  }
}

variable "profiles" {
  description = "Who sets the names and pictures of users: `token` for the claims `name` and `picture` of their tokens, `users` for the users themselves (the claims are only their first profile), or `server` for backends only."
  type        = string
  default     = "token"

  validation {
    condition     = contains(["token", "users", "server"], var.profiles)
    error_message = "Profiles are those of token, users or server."
  }
}

# Where it is deployed

variable "name" {
  description = "Name of the table and prefix of every other name. Each deployment in an account and Region needs its own."
  type        = string
  default     = "tabletalk"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,17}$", var.name))
    error_message = "The name must be 3 to 18 lower-case letters, digits and hyphens, and begin with a letter, because it is part of the names of buckets and roles."
  }
}

variable "stage_name" {
  description = "Stage of the API: the path of its URL, unless `domain_name` is set."
  type        = string
  default     = "prod"

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,128}$", var.stage_name))
    error_message = "A stage's name has letters, digits, hyphens and underscores."
  }
}

variable "build_dir" {
  description = "Folder of the functions that `npm run build` wrote, relative to where Terraform runs; null for `dist` of the repository that the module is in."
  type        = string
  default     = null
}

variable "runtime" {
  description = "Lambda runtime of the functions. nodejs24.x needs version 6.19 or newer of the AWS provider: older ones refuse it."
  type        = string
  default     = "nodejs22.x"

  validation {
    condition     = contains(["nodejs22.x", "nodejs24.x"], var.runtime)
    error_message = "The functions are built for nodejs22.x and nodejs24.x."
  }
}

# A domain of its own

variable "domain_name" {
  description = "Domain of the API; null for the domain that AWS assigns. Example: chat-api.example.com"
  type        = string
  default     = null

  validation {
    condition     = var.domain_name == null || var.certificate_arn != null
    error_message = "A domain needs its certificate, certificate_arn."
  }
}

variable "ip_address_type" {
  description = "How clients reach the WebSocket API: `ipv4`, or `dualstack` for IPv6 as well."
  type        = string
  default     = "ipv4"

  validation {
    condition     = contains(["ipv4", "dualstack"], var.ip_address_type)
    error_message = "The API is reached by ipv4 or dualstack."
  }
}

variable "certificate_arn" {
  description = "ARN of the domain's ACM certificate, in the API's Region; only with domain_name."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "This is not the ARN of a certificate in ACM."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which to create the domain's record; null to create it elsewhere."
  type        = string
  default     = null
}

# The page

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

  validation {
    condition     = var.page == null || fileexists("${coalesce(try(var.page.build_dir, null), "${local.build_dir}/web")}/index.html")
    error_message = "There is no page to host: run `npm run build:web` first."
  }

  validation {
    condition     = var.page == null || contains(["token", "tokenUrl"], try(var.page.sign_in.kind, ""))
    error_message = "The kind of sign_in is token or tokenUrl."
  }

  validation {
    condition     = try(var.page.sign_in.kind, "") != "tokenUrl" || can(regex("^(https://[^/?#@\\s]+([/?#]|$)|/([^/]|$))", var.page.sign_in.url))
    error_message = "The kind tokenUrl needs the url, https://… without user and password, or a path on the page's own host."
  }

  validation {
    condition     = alltrue([for origin in try(var.page.image_origins, []) : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "An image origin is https:// and a host in lower case, with an optional port, without path or final slash, such as https://people.example.com."
  }

  validation {
    condition     = try(var.page.push_url, null) == null || can(regex("^(https://[^/?#@\\s]+([/?#]|$)|/([^/]|$))", var.page.push_url))
    error_message = "push_url is https://… without user and password, or a path on the page's own host."
  }

  validation {
    condition     = try(var.page.domain_name, null) == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.page.certificate_arn))
    error_message = "The page's domain needs the ARN of its certificate in us-east-1, where CloudFront looks for it."
  }

  validation {
    condition     = try(var.page.waf, null) == null || try(var.page.waf.requests_per_5_minutes >= 10 && floor(var.page.waf.requests_per_5_minutes) == var.page.waf.requests_per_5_minutes, false)
    error_message = "AWS WAF counts from 10 requests on, a whole number."
  }

  validation {
    condition     = try(var.page.waf.web_acl_arn, null) == null || can(regex("^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.page.waf.web_acl_arn))
    error_message = "This is not the ARN of a web ACL for CloudFront, which is in us-east-1 and global."
  }
}

# Limits

variable "max_file_bytes" {
  description = "Largest file that can be uploaded, in bytes; 25 MiB by default."
  type        = number
  default     = 26214400

  validation {
    condition     = var.max_file_bytes >= 1 && var.max_file_bytes <= 5368709120 && floor(var.max_file_bytes) == var.max_file_bytes
    error_message = "A form can upload from 1 byte to 5 GiB."
  }
}

variable "allowed_content_types" {
  description = "Media types that can be uploaded; null for the built-in list (images, audio, video, text, PDF, office documents, archives). Example: [\"image/*\", \"application/pdf\"]"
  type        = list(string)
  default     = null

  validation {
    condition     = var.allowed_content_types == null || alltrue([for type in coalesce(var.allowed_content_types, []) : can(regex("^[a-z]+/[^,\\s]+$", type))])
    error_message = "A media type looks like image/png or image/*."
  }

  validation {
    condition     = var.allowed_content_types == null || length(coalesce(var.allowed_content_types, [])) > 0
    error_message = "Name at least one media type, or null for the built-in list."
  }
}

variable "server_rate_limit" {
  description = "How often one backend may act at the server API, as actions/seconds; each action of a batch counts. Example: 1000/1"
  type        = string
  default     = "200/1"

  validation {
    condition     = can(regex("^[1-9][0-9]*/[1-9][0-9]*$", var.server_rate_limit))
    error_message = "The rate must be actions/seconds, as in 200/1."
  }
}

variable "janitor_writes_per_second" {
  description = "Write units a second that the janitor uses when it deletes much, such as a large room, so that the rest of the table's capacity is left to the chat."
  type        = number
  default     = 200

  validation {
    condition     = var.janitor_writes_per_second >= 1 && var.janitor_writes_per_second <= 40000 && floor(var.janitor_writes_per_second) == var.janitor_writes_per_second
    error_message = "The pace is a whole number from 1 to 40,000."
  }
}

variable "rate_limits" {
  description = "What each user may do, as uses/seconds by class: `direct` (new direct rooms), `room`, `add` (addMembers), `join`, `upload`, `change`, `mark`, `react`, `typing`, `presence`, `search`, `sync`, `page` (of history and the like), `read`. Each use of a limited class costs a write unit; null for no limits."
  type        = string
  default     = "direct=10/60,room=3/18,add=3/18,join=10/20,upload=20/60,change=30/10,mark=5/5,react=30/10,typing=10/10,presence=60/60,search=10/10,sync=60/60,page=30/10,read=100/10"

  validation {
    condition     = var.rate_limits == null || can(regex("^[a-z]+=[1-9][0-9]*/[1-9][0-9]*(,[a-z]+=[1-9][0-9]*/[1-9][0-9]*)*$", var.rate_limits))
    error_message = "The limits must be class=uses/seconds, comma-separated, as in room=3/18,join=30/60."
  }
}

variable "search" {
  description = "Whether messages are found by their words (searchMessages). Each different word of a message is a write unit, some 12 a message: more than the message itself costs. Messages from before it was on are not found."
  type        = bool
  default     = false
}

variable "thumbnails" {
  description = "Whether pictures are also shown small, without EXIF and position: by a function that `npm run build -- --thumbnails` builds. The file itself keeps both, and members have its URL. Some $20 a million pictures, and a post to each connection of the room: $34 in rooms of 10. Pictures from before it was on are shown as they are."
  type        = bool
  default     = false
  nullable    = false
}

variable "max_user_connections" {
  description = "Live connections of one user that receive events, one for each tab and device: each costs a post for every message to a room of the user. Further ones get `limit_reached`."
  type        = number
  default     = 20

  validation {
    condition     = var.max_user_connections >= 1 && var.max_user_connections <= 10000 && floor(var.max_user_connections) == var.max_user_connections
    error_message = "The number of connections is a whole number from 1 to 10,000."
  }
}

variable "max_room_members" {
  description = "Members of one room: each message to it costs a post for each of their connections."
  type        = number
  default     = 100000

  validation {
    condition     = var.max_room_members >= 2 && var.max_room_members <= 200000 && floor(var.max_room_members) == var.max_room_members
    error_message = "A room has 2 to 200,000 members, a whole number."
  }
}

variable "max_user_rooms" {
  description = "Rooms that one user is in and has created or joined themselves: each costs a write at every connect. Further ones get `limit_reached`."
  type        = number
  default     = 1000

  validation {
    condition     = var.max_user_rooms >= 1 && var.max_user_rooms <= 100000 && floor(var.max_user_rooms) == var.max_user_rooms
    error_message = "The number of rooms is a whole number from 1 to 100,000."
  }
}

variable "max_pending_uploads" {
  description = "Uploads of one user whose form is valid (15 minutes) and whose file has not arrived. Further ones get `limit_reached`."
  type        = number
  default     = 50

  validation {
    condition     = var.max_pending_uploads >= 1 && var.max_pending_uploads <= 1000 && floor(var.max_pending_uploads) == var.max_pending_uploads
    error_message = "The number of uploads is a whole number from 1 to 1,000."
  }
}

variable "max_pending_upload_bytes" {
  description = "Bytes of these uploads together; a single upload may be larger."
  type        = number
  default     = 524288000

  validation {
    condition     = var.max_pending_upload_bytes >= 1 && floor(var.max_pending_upload_bytes) == var.max_pending_upload_bytes
    error_message = "The number of bytes is a whole number, at least 1."
  }
}

variable "table_max_write_units" {
  description = "Write units per second that the table takes at most, to limit its bill: 10,000 are $540 a day in us-east-1. Above them everybody gets `unavailable`; raise it with the chat. null for the account's quota of 40,000, -1 to remove a ceiling that is there."
  type        = number
  default     = 10000

  validation {
    condition     = var.table_max_write_units == null || coalesce(var.table_max_write_units, 1) == -1 || (coalesce(var.table_max_write_units, 1) >= 1 && floor(coalesce(var.table_max_write_units, 1)) == coalesce(var.table_max_write_units, 1))
    error_message = "The ceiling is a whole number, at least 1; null or -1 for none."
  }
}

variable "table_max_read_units" {
  description = "Read units per second that the table takes at most: 20,000 are $216 a day. null for the account's quota of 40,000, -1 to remove a ceiling that is there."
  type        = number
  default     = 20000

  validation {
    condition     = var.table_max_read_units == null || coalesce(var.table_max_read_units, 1) == -1 || (coalesce(var.table_max_read_units, 1) >= 1 && floor(coalesce(var.table_max_read_units, 1)) == coalesce(var.table_max_read_units, 1))
    error_message = "The ceiling is a whole number, at least 1; null or -1 for none."
  }
}

variable "posting" {
  description = "How events are posted to connections: `lean` with our own signer, `sdk` with the AWS SDK's client, which takes several times the CPU time."
  type        = string
  default     = "lean"

  validation {
    condition     = contains(["lean", "sdk"], var.posting)
    error_message = "Posting is lean or sdk."
  }
}

variable "table_client" {
  description = "How the functions ask the table: `lean` with our own client, `sdk` with the AWS SDK's, which takes several times the CPU time and memory."
  type        = string
  default     = "lean"

  validation {
    condition     = contains(["lean", "sdk"], var.table_client)
    error_message = "The table's client is lean or sdk."
  }
}

# How long things are kept

variable "retention_days" {
  description = "Days that messages are kept, with their files, reactions and mentions; null keeps them permanently. The owner of a room may choose a shorter time for it, backends any. It applies to messages that are written from then on; older ones are hidden at once, and `truncateRoom` deletes them."
  type        = number
  default     = null

  validation {
    condition     = var.retention_days == null || (coalesce(var.retention_days, 1) >= 1 && coalesce(var.retention_days, 1) <= 3650 && floor(coalesce(var.retention_days, 1)) == coalesce(var.retention_days, 1))
    error_message = "Messages are kept for 1 to 3,650 days, a whole number; null for good."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "CloudWatch supports 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 and some longer terms."
  }
}

variable "failure_retention_days" {
  description = "Days that stream records which could not be processed are kept for replay."
  type        = number
  default     = 30

  validation {
    condition     = var.failure_retention_days >= 1
    error_message = "Keep them for at least one day."
  }
}

variable "file_retention_days" {
  description = "Days that uploaded files are kept; null keeps them permanently. A week later they are permanently deleted. A file that is copied onto itself, e.g. to encrypt it with another key, is lost a week after the copy, because its message names the version that was replaced."
  type        = number
  default     = null

  validation {
    condition     = var.file_retention_days == null || coalesce(var.file_retention_days, 1) >= 1
    error_message = "Keep them for at least one day, or null for ever."
  }
}

variable "recovery_period_days" {
  description = "Number of days for which the table can be restored to any moment."
  type        = number
  default     = 35

  validation {
    condition     = var.recovery_period_days >= 1 && var.recovery_period_days <= 35
    error_message = "DynamoDB can restore the last 1 to 35 days."
  }
}

variable "deletion_protection" {
  description = "Whether `terraform destroy` refuses to delete the table, and buckets that are not empty."
  type        = bool
  default     = true
}

# Watching it

variable "log_level" {
  description = "Lowest severity that the functions log; their metrics are always written. Texts of messages, tokens and signed URLs are never logged."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN", "ERROR"], var.log_level)
    error_message = "The level is DEBUG, INFO, WARN or ERROR."
  }
}

variable "system_log_level" {
  description = "Lowest severity of what Lambda itself logs of an invocation: its start, end and report are INFO, some 600 bytes together. WARN saves them; durations are in the metrics too."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN"], var.system_log_level)
    error_message = "The level is DEBUG, INFO or WARN."
  }
}

variable "access_logs" {
  description = "Whether the API logs every frame (route, status and latency; no token and no text). The account must let API Gateway write logs, see api_gateway_account."
  type        = bool
  default     = true
}

variable "api_gateway_account" {
  description = "Whether to set the role with which API Gateway writes logs. There is one per account and Region, and this replaces it: set it in one stack only, and not if somebody else has set it."
  type        = bool
  default     = false
}

variable "detailed_metrics" {
  description = "Whether the API also has metrics for each route, which CloudWatch charges for."
  type        = bool
  default     = false
}

variable "xray" {
  description = "Whether Lambda records in AWS X-Ray how long invocations take: one a second, and 5 % of the others, at $5 per million. It does not follow messages: the `traceId` in the logs always does."
  type        = bool
  default     = false
}

variable "alarm_topic_arn" {
  description = "ARN of the SNS topic that receives alarms; null to see them in the console only."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null || can(regex("^arn:aws[a-z-]*:sns:", var.alarm_topic_arn))
    error_message = "This is not the ARN of an SNS topic."
  }
}

variable "iterator_age_alarm_seconds" {
  description = "Age of the oldest undelivered change, in seconds, above which an alarm is raised: messages arrive that late."
  type        = number
  default     = 30

  validation {
    condition     = var.iterator_age_alarm_seconds >= 1
    error_message = "The age is at least one second."
  }
}

variable "delivery_slo_ms" {
  description = "Milliseconds from a message's write to its post within which 99 of 100 posts should happen: an alarm is raised when they do not for five minutes."
  type        = number
  default     = 3000

  validation {
    condition     = var.delivery_slo_ms >= 1
    error_message = "The time is at least one millisecond."
  }
}

variable "runbook_url" {
  description = "Where docs/operations.md can be read: every alarm names its paragraph there. Example: https://github.com/example-org/tabletalk/blob/main/docs/operations.md"
  type        = string
  default     = "docs/operations.md"

  validation {
    condition     = can(regex("^[^\\s#]+$", var.runbook_url))
    error_message = "An address without blanks and without #."
  }
}

# How often: rates of one user, and of all together

variable "send_rate_limit" {
  description = "How often one user may send, as sends/seconds; more get `rate_limited`. Each send costs a write unit for the count; null for no limit and no count."
  type        = string
  default     = "30/10"

  validation {
    condition     = var.send_rate_limit == null || can(regex("^[1-9][0-9]*/[1-9][0-9]*$", var.send_rate_limit))
    error_message = "The rate must be sends/seconds, as in 20/10; null for none."
  }
}

variable "account_requests_per_second" {
  description = "The account's quota of requests per second for all APIs of the Region, which posts to clients count towards as well: 10,000, or 2,500 in newer Regions. The routes together may take half of it, so that inbound frames never use up what posts need."
  type        = number
  default     = 10000

  validation {
    condition     = var.account_requests_per_second >= 100
    error_message = "The quota is 2,500 or more."
  }
}

variable "throttling_rate_limit" {
  description = "Frames per second that each route accepts from all clients together, unless route_throttling names it: rare actions, of which there are many routes."
  type        = number
  default     = 20

  validation {
    condition     = var.throttling_rate_limit > 0
    error_message = "A limit of 0 would refuse every frame."
  }
}

variable "throttling_burst_limit" {
  description = "Frames that each of these routes accepts in a burst above the rate."
  type        = number
  default     = 20

  validation {
    condition     = var.throttling_burst_limit > 0
    error_message = "A limit of 0 would refuse every frame."
  }
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

  validation {
    condition     = alltrue([for throttle in values(var.route_throttling) : throttle.rate > 0 && throttle.burst >= 1 && floor(throttle.burst) == throttle.burst])
    error_message = "A rate of 0 would refuse every frame; a burst is a whole number, at least 1."
  }

  validation {
    condition     = length(setsubtract(keys(var.route_throttling), setsubtract(keys(local.stack_file.routes), ["$connect"]))) == 0
    error_message = "A route that stack.json doesn't have, or $connect, which connects_per_second and connects_burst limit."
  }
}

variable "server_throttling" {
  description = "Requests per second, and in a burst, that the API for backends accepts from all of them together."
  type        = object({ rate = number, burst = number })
  default     = { rate = 200, burst = 200 }

  validation {
    condition     = var.server_throttling.rate > 0 && var.server_throttling.burst >= 1
    error_message = "A limit of 0 would refuse every request."
  }
}

variable "connects_per_second" {
  description = "Connections a second that the API opens; others get HTTP 429 and the client SDK tries again with backoff. The default protects a new table (4,000 write units a second) when users of 50 rooms (55 units each) all come back at once. Raise it when the table is warm, up to the account's quota; null for 500, that quota's default."
  type        = number
  default     = 70

  validation {
    condition     = var.connects_per_second == null || coalesce(var.connects_per_second, 1) > 0
    error_message = "A limit of 0 would refuse every connection; null for none."
  }
}

variable "connects_burst" {
  description = "Connections that the API opens at once, above connects_per_second: a team of this size doesn't notice the limit."
  type        = number
  default     = 200

  validation {
    condition     = var.connects_burst >= 1 && floor(var.connects_burst) == var.connects_burst
    error_message = "A burst is a whole number, at least 1."
  }
}
