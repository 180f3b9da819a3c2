import type { Context } from 'aws-lambda'
import type { InvokeRequest } from './worker-messages.ts'

/**
 * The context object of one invocation: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 *
 * @param deadline epoch milliseconds at which the invocation is given up
 */
export function context(request: InvokeRequest, deadline: number): Context {
  const { functionName, id, memoryMb } = request
  const region = process.env.AWS_REGION ?? 'us-east-1'
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${functionName}`,
    memoryLimitInMB: String(memoryMb),
    awsRequestId: id,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: callbackStyle,
    fail: callbackStyle,
    succeed: callbackStyle,
  }
}

function callbackStyle(): never {
  throw new Error('unable to end the invocation by callback; handlers have to be async functions')
}
