variable "backup" {
  description = "Backs up the table and the files by AWS Backup, at the times of `schedule` (UTC, by default 3 a.m.), kept for so many days, in a vault that `terraform destroy` refuses to empty; null for the table's own recovery alone. copy_to_vault_arn: a vault of another Region or account that receives each backup too. Example: { keep_days = 90 }"
  type = object({
    schedule          = optional(string, "cron(0 3 * * ? *)")
    keep_days         = optional(number, 35)
    copy_to_vault_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.backup == null || try(var.backup.keep_days >= 1 && floor(var.backup.keep_days) == var.backup.keep_days, false)
    error_message = "Backups are kept for a whole number of days, at least 1."
  }

  validation {
    condition     = var.backup == null || can(regex("^(cron|rate)\\(.+\\)$", var.backup.schedule))
    error_message = "The schedule is cron(…) or rate(…)."
  }

  validation {
    condition     = try(var.backup.copy_to_vault_arn, null) == null || can(regex("^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:", var.backup.copy_to_vault_arn))
    error_message = "This is not the ARN of a backup vault."
  }
}

resource "aws_backup_vault" "this" {
  count = var.backup == null ? 0 : 1

  name          = var.name
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.deletion_protection
}

resource "aws_backup_plan" "this" {
  count = var.backup == null ? 0 : 1

  name = var.name

  rule {
    rule_name         = "all"
    target_vault_name = aws_backup_vault.this[0].name
    schedule          = var.backup.schedule

    lifecycle {
      delete_after = var.backup.keep_days
    }

    dynamic "copy_action" {
      for_each = var.backup.copy_to_vault_arn[*]

      content {
        destination_vault_arn = copy_action.value

        lifecycle {
          delete_after = var.backup.keep_days
        }
      }
    }
  }
}

# Backs up table and files at the same times, but not at exactly the same moment. A message whose file isn't in the
# backup yet is shown without it. A file without its message belongs to nobody.
resource "aws_backup_selection" "this" {
  count = var.backup == null ? 0 : 1

  name         = var.name
  plan_id      = aws_backup_plan.this[0].id
  iam_role_arn = aws_iam_role.backup[0].arn
  resources    = [local.table_arn, local.files_arn]

  # AWS Backup fails if its role lacks a right.
  depends_on = [aws_iam_role_policy_attachment.backup]
}

resource "aws_iam_role" "backup" {
  count = var.backup == null ? 0 : 1

  name                 = "${var.name}-backup-${local.region}"
  path                 = var.iam_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "backup.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

# AWS's own policies, which change when AWS Backup needs more. They allow backups but no restores: whoever restores must
# bring a role for it.
resource "aws_iam_role_policy_attachment" "backup" {
  for_each = toset(var.backup == null ? [] : ["service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"])

  role       = aws_iam_role.backup[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.value}"
}
