# The thumbnails, which are off by default. Run by `npm run terraform:check`. To run it by hand, run `npm run build --
# --thumbnails` first.

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "./tests/mocks"
}

variables {
  jwks_url        = "https://login.example.com/.well-known/jwks.json"
  jwt_issuer      = "https://login.example.com/"
  jwt_audience    = "tabletalk"
  allowed_origins = ["https://chat.example.com"]
}

run "has_nothing_of_it_unless_asked" {
  command = plan

  assert {
    condition = (
      !contains(keys(aws_lambda_function.this), "thumbnails") &&
      length(aws_lambda_permission.thumbnails) == 0 &&
      length(aws_s3_bucket_notification.files.lambda_function) == 1
    )
    error_message = "Without thumbnails there is no function for them, and nothing calls one."
  }
}

run "makes_pictures_small" {
  command = plan

  variables {
    thumbnails = true
  }

  assert {
    condition = (
      aws_lambda_function.this["thumbnails"].memory_size == 1769 &&
      aws_lambda_permission.thumbnails[0].principal == "s3.amazonaws.com" &&
      aws_lambda_permission.thumbnails[0].source_account == "123456789012" &&
      [for one in aws_s3_bucket_notification.files.lambda_function : one.events] ==
      [toset(["s3:ObjectCreated:Post"]), toset(["s3:ObjectTagging:Delete"])]
    )
    error_message = "The bucket tells the function of every file that has become a message."
  }

  assert {
    condition = (
      [for grant in local.grants["thumbnails"] : grant.sid] == ["Log", "Table", "Files", "SmallPictures", "Bucket"] &&
      [for grant in local.grants["thumbnails"] : [grant.actions, grant.resources] if grant.sid == "SmallPictures"] ==
      [[["s3:PutObject", "s3:DeleteObjectVersion"], ["${local.files_arn}/rooms/*.webp"]]] &&
      [for grant in local.grants["thumbnails"] : grant.actions if grant.sid == "Table"] == [["dynamodb:GetItem", "dynamodb:UpdateItem"]]
    )
    error_message = "The function reads rows and files, raises a message's version, and puts small pictures and nothing else."
  }
}
