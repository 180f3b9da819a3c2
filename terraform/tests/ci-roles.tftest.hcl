# The roles of the deploy workflow: who may assume them, and that neither may read data.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  repository   = "example-org/tabletalk"
  state_bucket = "example-terraform-state"
}

run "trusts_the_environments_of_one_repository" {
  module {
    source = "./ci-roles"
  }

  assert {
    condition = {
      for kind, role in aws_iam_role.this : kind => jsondecode(role.assume_role_policy).Statement[0].Condition
      } == {
      for kind, subjects in {
        plan   = ["repo:example-org/tabletalk:environment:plan", "repo:example-org/tabletalk:environment:plan-main"]
        deploy = ["repo:example-org/tabletalk:environment:production"]
        } : kind => {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = subjects
        }
      }
    }
    error_message = "Others than the environments' jobs get a role."
  }

  assert {
    condition = alltrue([
      for role in aws_iam_role.this :
      jsondecode(role.assume_role_policy).Statement[0].Principal.Federated == "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    ])
    error_message = "Another issuer than GitHub is trusted."
  }

  assert {
    condition = alltrue([
      for policy in aws_iam_role_policy.no_data : length(setsubtract(
        ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:GetRecords", "s3:GetObject", "sqs:ReceiveMessage", "logs:GetLogEvents", "lambda:InvokeFunction"],
        flatten([for statement in jsondecode(policy.policy).Statement : statement.Action if statement.Effect == "Deny"]),
      )) == 0
    ]) && toset(keys(aws_iam_role_policy.no_data)) == toset(["plan", "deploy"])
    error_message = "A role reads data."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_policy.read.policy).Statement : alltrue([
        for action in statement.Action : can(regex("^[a-z0-9]+:(Get|List|Describe|View|GET)", action))
      ])
    ])
    error_message = "The role that plans changes something."
  }

  assert {
    condition = alltrue([
      for policy, actions in {
        read   = ["events:DescribeEventBus", "events:DescribeRule", "events:List*"]
        deploy = ["events:CreateEventBus", "events:DeleteEventBus", "events:PutRule", "events:PutTargets", "events:UpdateEventBus"]
        } : anytrue([
          for statement in jsondecode(policy == "read" ? aws_iam_policy.read.policy : aws_iam_role_policy.deploy.policy).Statement :
          length(setsubtract(actions, statement.Action)) == 0 && length(setsubtract(
            [for path in ["rule/tabletalk-*", "rule/tabletalk/tabletalk-*", "event-bus/tabletalk"] : "arn:aws:events:us-east-1:123456789012:${path}"],
            statement.Resource,
          )) == 0
      ])
    ])
    error_message = "The bus and its rules can be neither planned nor deployed."
  }

  assert {
    condition = alltrue([
      for policy, actions in {
        read   = ["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"]
        deploy = ["firehose:CreateDeliveryStream", "firehose:DeleteDeliveryStream", "firehose:StartDeliveryStreamEncryption", "firehose:UpdateDestination"]
        } : anytrue([
          for statement in jsondecode(policy == "read" ? aws_iam_policy.read.policy : aws_iam_role_policy.deploy.policy).Statement :
          length(setsubtract(actions, statement.Action)) == 0 && statement.Resource == ["arn:aws:firehose:us-east-1:123456789012:deliverystream/tabletalk-*"]
      ])
      ]) && anytrue([
      for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement :
      length(setsubtract(["logs:CreateLogStream", "logs:DeleteLogStream", "logs:DeleteSubscriptionFilter", "logs:PutSubscriptionFilter"], statement.Action)) == 0
    ])
    error_message = "The archive of logs can be neither planned nor deployed."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement : statement.Condition.StringEquals["iam:PassedToService"]
      if statement.Sid == "RolesOfServices"
    ] == [[for service in ["apigateway", "backup", "firehose", "lambda", "logs"] : "${service}.amazonaws.com"]]
    error_message = "Roles go to others than the services that need one."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : !startswith(role.name, "tabletalk-")])
    error_message = "The role that deploys could change its own rights."
  }
}

run "takes_the_accounts_oidc_provider" {
  command = plan

  module {
    source = "./ci-roles"
  }

  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "The account has it once."
  }
}

run "follows_the_stacks_path_of_roles" {
  command = plan

  module {
    source = "./ci-roles"
  }

  variables {
    iam_path = "/apps/"
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement :
      statement.Resource == ["arn:aws:iam::123456789012:role/apps/tabletalk-*"]
      if contains(["Roles", "RolesOfServices", "ManagedPolicy"], statement.Sid)
    ])
    error_message = "The stack's roles are elsewhere."
  }
}

run "may_use_the_stacks_key_and_boundary" {
  module {
    source = "./ci-roles"
  }

  variables {
    kms_key_arn              = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement :
      [statement.Resource[0], statement.Condition.StringEquals] if contains(["Key", "Boundary"], statement.Sid)
      ] == [
      [var.kms_key_arn, { "kms:ViaService" = [for service in ["backup", "dynamodb", "firehose", "lambda", "s3", "sqs"] : "${service}.us-east-1.amazonaws.com"] }],
      ["arn:aws:iam::123456789012:role/tabletalk-*", { "iam:PermissionsBoundary" = var.permissions_boundary_arn }],
    ]
    error_message = "The role that deploys can't make the stack with its key and within its boundary."
  }
}

run "fits_into_policies_with_the_longest_names" {
  module {
    source = "./ci-roles"
  }

  variables {
    name                     = "abcdefghijklmnopqr"
    region                   = "ap-southeast-1"
    iam_path                 = "/organization/department/"
    state_bucket             = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
    kms_key_arn              = "arn:aws:kms:ap-southeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = length(aws_iam_policy.read.policy) <= 6144
    error_message = "A policy has 6,144 characters."
  }

  assert {
    condition     = length(aws_iam_role_policy.no_data["deploy"].policy) + length(aws_iam_role_policy.deploy.policy) <= 10240
    error_message = "Inline policies of a role have 10,240 characters together."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.read)) == toset(["plan", "deploy"])
    error_message = "A role can't read the stack's settings."
  }
}

run "refuses_wildcards" {
  command = plan

  module {
    source = "./ci-roles"
  }

  variables {
    repository               = "example-org/*"
    state_bucket             = "*"
    state_key                = "*"
    name                     = "*"
    region                   = "*"
    iam_path                 = "/*/"
    plan_environments        = ["*"]
    deploy_environment       = "*"
    oidc_provider_arn        = "*"
    kms_key_arn              = "*"
    permissions_boundary_arn = "*"
  }

  expect_failures = [
    var.repository,
    var.state_bucket,
    var.state_key,
    var.name,
    var.region,
    var.iam_path,
    var.plan_environments,
    var.deploy_environment,
    var.oidc_provider_arn,
    var.kms_key_arn,
    var.permissions_boundary_arn,
  ]
}
