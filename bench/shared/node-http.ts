import { Agent, request } from 'node:http'
import { Agent as TlsAgent, request as requestSecurely } from 'node:https'

/**
 * Returns the request function of `node:http` or `node:https`, and a keep-alive agent with at most `maxSockets`
 * sockets.
 */
export const nodeHttp = (protocol: string, maxSockets: number) =>
  protocol === 'https:'
    ? { request: requestSecurely, agent: new TlsAgent({ keepAlive: true, maxSockets }) }
    : { request, agent: new Agent({ keepAlive: true, maxSockets }) }
