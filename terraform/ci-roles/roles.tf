data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  issuer     = "token.actions.githubusercontent.com"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  provider_arn = coalesce(
    var.oidc_provider_arn,
    "arn:${local.partition}:iam::${local.account_id}:oidc-provider/${local.issuer}",
  )

  # Exact subjects: a job of another environment, branch or repository gets neither role.
  # https://docs.github.com/actions/reference/security/oidc
  subjects = {
    plan   = [for environment in var.plan_environments : "repo:${var.repository}:environment:${environment}"]
    deploy = ["repo:${var.repository}:environment:${var.deploy_environment}"]
  }

  # Not "${var.name}-…", because the deploy role may change roles with that prefix.
  role_names = { for kind, _ in local.subjects : kind => "ci-${var.name}-${kind}-${var.region}" }
}

# AWS trusts GitHub's certificate by its own list of authorities, so no thumbprint is needed.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each = local.subjects

  name                 = local.role_names[each.key]
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = local.provider_arn }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = each.value
        }
      }
    }]
  })

  depends_on = [aws_iam_openid_connect_provider.github]
}

# The same for both roles. A policy of its own, because the inline policies of a role have at most 10,240 characters
# together.
resource "aws_iam_policy" "read" {
  name   = "ci-${var.name}-read-${var.region}"
  policy = jsonencode({ Version = "2012-10-17", Statement = local.read })
}

resource "aws_iam_role_policy_attachment" "read" {
  for_each = local.subjects

  role       = aws_iam_role.this[each.key].name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role_policy" "no_data" {
  for_each = local.subjects

  name   = "no-data"
  role   = aws_iam_role.this[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.no_data })
}

resource "aws_iam_role_policy" "deploy" {
  name   = "deploy"
  role   = aws_iam_role.this["deploy"].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.deploy })
}
