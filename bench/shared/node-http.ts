import { Agent, request } from 'node:http'
import { Agent as TlsAgent, request as requestSecurely } from 'node:https'

/** What `node:http` sends requests with, plain or over TLS: a kept-alive agent of so many sockets. */
export const nodeHttp = (protocol: string, maxSockets: number) =>
  protocol === 'https:'
    ? { request: requestSecurely, agent: new TlsAgent({ keepAlive: true, maxSockets }) }
    : { request, agent: new Agent({ keepAlive: true, maxSockets }) }
