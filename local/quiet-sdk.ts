/**
 * Switches off the AWS SDK's notice that it will stop supporting Node 20. The notice is meant for users of the SDK;
 * Lambda runs a newer Node, and developers may use 20. Importing this file switches it off for this process. A worker
 * or a child process with an environment of its own needs this constant in that environment.
 */
export const QUIET_SDK = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } as const

Object.assign(process.env, QUIET_SDK)
