locals {
  regional  = "${var.region}:${local.account_id}"
  functions = "arn:${local.partition}:lambda:${local.regional}:function:${var.name}-*"
  table     = "arn:${local.partition}:dynamodb:${local.regional}:table/${var.name}"
  buckets   = "arn:${local.partition}:s3:::${var.name}-*-${local.account_id}-${var.region}"
  page      = "arn:${local.partition}:s3:::${var.name}-page-${local.account_id}-${var.region}/*"
  roles     = "arn:${local.partition}:iam::${local.account_id}:role${var.iam_path}${var.name}-*"
  events = [
    for path in ["rule/${var.name}-*", "rule/${var.name}/${var.name}-*", "event-bus/${var.name}"] :
    "arn:${local.partition}:events:${local.regional}:${path}"
  ]
  queues  = "arn:${local.partition}:sqs:${local.regional}:${var.name}-*"
  streams = "arn:${local.partition}:firehose:${local.regional}:deliverystream/${var.name}-*"
  apis = [
    for path in ["/apis", "/apis/*", "/domainnames", "/domainnames/*", "/account", "/tags/*"] :
    "arn:${local.partition}:apigateway:${var.region}::${path}"
  ]
  state = "arn:${local.partition}:s3:::${var.state_bucket}"
  managed_policies = [
    for name in [
      "service-role/AmazonAPIGatewayPushToCloudWatchLogs", "service-role/AWSBackupServiceRolePolicyForBackup",
      "AWSBackupServiceRolePolicyForS3Backup",
    ] : "arn:${local.partition}:iam::aws:policy/${name}"
  ]

  # What a plan reads: settings, and never what users wrote.
  read = [
    { Sid = "State", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${local.state}/${var.state_key}"] },
    { Sid = "StateBucket", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.state] },
    { Sid = "Api", Effect = "Allow", Action = ["apigateway:GET"], Resource = local.apis },
    { Sid = "Functions", Effect = "Allow", Action = ["lambda:Get*", "lambda:List*"], Resource = [local.functions] },
    { Sid = "Table", Effect = "Allow", Action = ["dynamodb:Describe*", "dynamodb:ListTagsOfResource"], Resource = [local.table] },
    {
      Sid    = "Buckets"
      Effect = "Allow"
      Action = [
        "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
      ]
      Resource = [local.buckets]
    },
    { Sid = "Page", Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectTagging"], Resource = [local.page] },
    {
      Sid      = "Roles"
      Effect   = "Allow"
      Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
      Resource = [local.roles]
    },
    { Sid = "Events", Effect = "Allow", Action = ["events:DescribeEventBus", "events:DescribeRule", "events:List*"], Resource = local.events },
    { Sid = "Queues", Effect = "Allow", Action = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"], Resource = [local.queues] },
    { Sid = "Archive", Effect = "Allow", Action = ["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"], Resource = [local.streams] },
    {
      # AWS doesn't support resource names for these actions, or the names are known only afterwards.
      Sid    = "Others"
      Effect = "Allow"
      Action = [
        "backup:DescribeBackupVault", "backup:GetBackupPlan", "backup:GetBackupSelection", "backup:ListTags",
        "budgets:ListTagsForResource", "budgets:ViewBudget",
        "ce:GetAnomaly*", "ce:ListTags*",
        "cloudfront:Get*", "cloudfront:List*",
        "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource",
        "lambda:GetEventSourceMapping", "lambda:ListEventSourceMappings", "lambda:ListTags",
        "logs:Describe*", "logs:GetDelivery", "logs:GetDeliveryDestination", "logs:GetDeliverySource",
        "logs:ListTagsForResource",
        "route53:GetChange", "route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource",
        "servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota",
        "wafv2:GetWebACL", "wafv2:ListTagsForResource",
      ]
      Resource = ["*"]
    },
  ]

  # A denial, which is stronger than anything that somebody attaches to the roles later, such as AWS's ReadOnlyAccess.
  no_data = [
    {
      Sid    = "NoMessages"
      Effect = "Deny"
      Action = [
        "dynamodb:BatchGetItem", "dynamodb:ExportTableToPointInTime", "dynamodb:GetItem", "dynamodb:GetRecords",
        "dynamodb:GetShardIterator", "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan",
      ]
      Resource = ["*"]
    },
    {
      # Only the state and the page may be read, as far as the statement above allows it.
      Sid         = "NoFiles"
      Effect      = "Deny"
      Action      = ["s3:GetObject", "s3:GetObjectVersion"]
      NotResource = ["${local.state}/${var.state_key}", "${local.state}/${var.state_key}.tflock", local.page]
    },
    {
      Sid      = "NoLogsQueuesOrCalls"
      Effect   = "Deny"
      Action   = ["lambda:InvokeFunction", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:StartLiveTail", "logs:StartQuery", "sqs:ReceiveMessage"]
      Resource = ["*"]
    },
  ]

  # What an apply changes. Names are the stack's, if AWS knows them before the resource exists.
  deploy = concat([
    {
      Sid      = "State"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["${local.state}/${var.state_key}", "${local.state}/${var.state_key}.tflock"]
    },
    {
      Sid      = "Api"
      Effect   = "Allow"
      Action   = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT", "apigateway:TagResource", "apigateway:UntagResource"]
      Resource = local.apis
    },
    {
      Sid    = "Functions"
      Effect = "Allow"
      Action = [
        "lambda:AddPermission", "lambda:CreateAlias", "lambda:CreateFunction", "lambda:DeleteAlias", "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency", "lambda:DeleteFunctionEventInvokeConfig",
        "lambda:DeleteProvisionedConcurrencyConfig", "lambda:PublishVersion", "lambda:PutFunctionConcurrency",
        "lambda:PutFunctionEventInvokeConfig", "lambda:PutProvisionedConcurrencyConfig", "lambda:RemovePermission",
        "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateAlias", "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionEventInvokeConfig",
      ]
      Resource = [local.functions]
    },
    {
      Sid       = "Mapping"
      Effect    = "Allow"
      Action    = ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"]
      Resource  = ["*"]
      Condition = { ArnLike = { "lambda:FunctionArn" = local.functions } }
    },
    { Sid = "MappingTags", Effect = "Allow", Action = ["lambda:TagResource", "lambda:UntagResource"], Resource = ["arn:${local.partition}:lambda:${local.regional}:event-source-mapping:*"] },
    {
      Sid    = "Table"
      Effect = "Allow"
      Action = [
        "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource",
        "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
      ]
      Resource = [local.table]
    },
    {
      Sid    = "Buckets"
      Effect = "Allow"
      Action = [
        "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucket*", "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration", "s3:TagResource", "s3:UntagResource",
      ]
      Resource = [local.buckets]
    },
    { Sid = "Page", Effect = "Allow", Action = ["s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging"], Resource = [local.page] },
    {
      Sid    = "Roles"
      Effect = "Allow"
      Action = [
        "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:ListInstanceProfilesForRole", "iam:PutRolePolicy",
        "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
      ]
      Resource = [local.roles]
    },
    {
      Sid       = "RolesOfServices"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.roles]
      Condition = { StringEquals = { "iam:PassedToService" = [for service in ["apigateway", "backup", "firehose", "lambda", "logs"] : "${service}.amazonaws.com"] } }
    },
    {
      Sid       = "ManagedPolicy"
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
      Resource  = [local.roles]
      Condition = { ArnEquals = { "iam:PolicyARN" = local.managed_policies } }
    },
    {
      Sid    = "Events"
      Effect = "Allow"
      Action = [
        "events:CreateEventBus", "events:DeleteEventBus", "events:DeleteRule", "events:PutRule", "events:PutTargets",
        "events:RemoveTargets", "events:TagResource", "events:UntagResource", "events:UpdateEventBus",
      ]
      Resource = local.events
    },
    { Sid = "Queues", Effect = "Allow", Action = ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"], Resource = [local.queues] },
    {
      Sid    = "Archive"
      Effect = "Allow"
      Action = [
        "firehose:CreateDeliveryStream", "firehose:DeleteDeliveryStream", "firehose:StartDeliveryStreamEncryption",
        "firehose:StopDeliveryStreamEncryption", "firehose:TagDeliveryStream", "firehose:UntagDeliveryStream",
        "firehose:UpdateDestination",
      ]
      Resource = [local.streams]
    },
    {
      Sid    = "Others"
      Effect = "Allow"
      Action = [
        "backup-storage:MountCapsule", "backup:CreateBackupPlan", "backup:CreateBackupSelection",
        "backup:CreateBackupVault", "backup:DeleteBackupPlan", "backup:DeleteBackupSelection",
        "backup:DeleteBackupVault", "backup:TagResource", "backup:UntagResource", "backup:UpdateBackupPlan",
        "budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource",
        "ce:*Anomaly*", "ce:TagResource", "ce:UntagResource",
        "cloudfront:AllowVendedLogDeliveryForResource", "cloudfront:CreateDistribution",
        "cloudfront:CreateOriginAccessControl", "cloudfront:CreateResponseHeadersPolicy", "cloudfront:DeleteDistribution",
        "cloudfront:DeleteOriginAccessControl", "cloudfront:DeleteResponseHeadersPolicy", "cloudfront:TagResource",
        "cloudfront:UntagResource", "cloudfront:UpdateDistribution", "cloudfront:UpdateOriginAccessControl",
        "cloudfront:UpdateResponseHeadersPolicy",
        "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource", "cloudwatch:UntagResource",
        "logs:CreateDelivery", "logs:CreateLogDelivery", "logs:CreateLogGroup", "logs:CreateLogStream",
        "logs:DeleteDelivery", "logs:DeleteDeliveryDestination", "logs:DeleteDeliverySource",
        "logs:DeleteLogDelivery", "logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:DeleteMetricFilter",
        "logs:DeleteSubscriptionFilter", "logs:GetLogDelivery", "logs:ListLogDeliveries",
        "logs:PutDeliveryDestination", "logs:PutDeliverySource", "logs:PutMetricFilter", "logs:PutResourcePolicy",
        "logs:PutRetentionPolicy", "logs:PutSubscriptionFilter", "logs:TagResource", "logs:UntagResource",
        "logs:UpdateDeliveryConfiguration", "logs:UpdateLogDelivery",
        "route53:ChangeResourceRecordSets",
        "wafv2:AssociateWebACL", "wafv2:CreateWebACL", "wafv2:DeleteWebACL", "wafv2:TagResource", "wafv2:UntagResource",
        "wafv2:UpdateWebACL",
      ]
      Resource = ["*"]
    },
  ], local.deploy_by_key, local.deploy_within_boundary)

  # What services do with the stack's own key when its table, vault and queues are created with it.
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  deploy_by_key = [for key in var.kms_key_arn[*] : {
    Sid       = "Key"
    Effect    = "Allow"
    Action    = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    Resource  = [key]
    Condition = { StringEquals = { "kms:ViaService" = [for service in ["backup", "dynamodb", "firehose", "lambda", "s3", "sqs"] : "${service}.${var.region}.${data.aws_partition.current.dns_suffix}"] } }
  }]

  # Only this boundary, and it may never be removed.
  deploy_within_boundary = [for boundary in var.permissions_boundary_arn[*] : {
    Sid       = "Boundary"
    Effect    = "Allow"
    Action    = ["iam:PutRolePermissionsBoundary"]
    Resource  = [local.roles]
    Condition = { StringEquals = { "iam:PermissionsBoundary" = boundary } }
  }]
}
