/**
 * The key in an event of the bucket, which has it as a form would send it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const eventKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '))
