import { createServer, type RequestListener, type Server } from 'node:http'
import { type ClientDeadlines, clientDeadlines } from '@holdfast/contract'

/** A server that cuts off who sends half a request: with 408 where nothing was answered yet. */
export const createClientServer = (
  listener?: RequestListener,
  deadlines: ClientDeadlines = clientDeadlines,
): Server => createServer({ ...deadlines }, listener)
