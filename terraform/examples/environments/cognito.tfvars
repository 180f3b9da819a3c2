# Access and ID tokens of the app clients for the page and for phones.
region       = "eu-central-1"
jwks_url     = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123/.well-known/jwks.json"
jwt_issuer   = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123"
jwt_audience = "1example23456789,2example34567890"
