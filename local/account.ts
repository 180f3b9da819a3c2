/** The AWS account and region that the local runtime pretends to run in. */
export const ACCOUNT_ID = '000000000000'
export const REGION = 'us-east-1'
