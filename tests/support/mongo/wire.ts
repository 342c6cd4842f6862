import { deserialize, serialize } from 'bson'
import { type Doc, isDoc } from './values.ts'

/** One request; `exhaust` asks for answers without further requests. */
export interface Request {
  readonly requestId: number
  readonly command: Doc
  readonly legacy: boolean
  readonly exhaust: boolean
}

const opReply = 1
const opQuery = 2004
const opMsg = 2013
const headerBytes = 16
const maxMessageBytes = 48_000_000

/** Flag bits of OP_MSG (manual/reference/mongodb-wire-protocol, "Flag Bits"). */
const checksumPresent = 1 << 0
const moreToCome = 1 << 1
const exhaustAllowed = 1 << 16

let lastRequestId = 0

function documentAt(buffer: Buffer, at: number): { doc: Doc; end: number } {
  const end = at + buffer.readInt32LE(at)
  const doc: unknown = deserialize(buffer.subarray(at, end))
  if (!isDoc(doc)) throw new Error('no document')
  return { doc, end }
}

function textAt(buffer: Buffer, at: number): { text: string; end: number } {
  const end = buffer.indexOf(0, at)
  return { text: buffer.toString('utf8', at, end), end: end + 1 }
}

/** Section kind 0 is the body, kind 1 a sequence that becomes a list field of it (same page, "Sections"). */
function decodeMsg(message: Buffer, requestId: number): Request {
  const flags = message.readUInt32LE(headerBytes)
  if ((flags & (checksumPresent | moreToCome)) !== 0) throw new Error(`OP_MSG flags ${flags}: unsupported`)
  let body: Doc = {}
  const sequences: Doc = {}
  let at = headerBytes + 4
  while (at < message.length) {
    const kind = message.readUInt8(at)
    at += 1
    if (kind === 0) {
      const { doc, end } = documentAt(message, at)
      body = doc
      at = end
    } else if (kind === 1) {
      const sectionEnd = at + message.readInt32LE(at)
      const { text, end } = textAt(message, at + 4)
      const docs: Doc[] = []
      at = end
      while (at < sectionEnd) {
        const { doc, end } = documentAt(message, at)
        docs.push(doc)
        at = end
      }
      sequences[text] = docs
    } else throw new Error(`OP_MSG section kind ${kind}: unsupported`)
  }
  return {
    requestId,
    command: { ...body, ...sequences },
    legacy: false,
    exhaust: (flags & exhaustAllowed) !== 0,
  }
}

/** OP_QUERY is left for the first hello only (manual/legacy-opcodes, "OP_QUERY"). */
function decodeQuery(message: Buffer, requestId: number): Request {
  const { text, end } = textAt(message, headerBytes + 4)
  if (text !== 'admin.$cmd') throw new Error(`OP_QUERY on ${text}: unsupported`)
  const { doc } = documentAt(message, end + 8)
  return { requestId, command: { ...doc, $db: 'admin' }, legacy: true, exhaust: false }
}

/** The whole requests at the start of `received`, and what is left of it. */
export function decode(received: Buffer): { requests: Request[]; rest: Buffer } {
  const requests: Request[] = []
  let rest = received
  while (rest.length >= headerBytes) {
    const length = rest.readInt32LE(0)
    if (length < headerBytes || length > maxMessageBytes) throw new Error(`a message of ${length} bytes`)
    if (rest.length < length) break
    const message = rest.subarray(0, length)
    const opCode = message.readInt32LE(12)
    if (opCode !== opMsg && opCode !== opQuery) throw new Error(`op code ${opCode}: unsupported`)
    requests.push((opCode === opMsg ? decodeMsg : decodeQuery)(message, message.readInt32LE(4)))
    rest = rest.subarray(length)
  }
  return { requests, rest }
}

/** The answer to a request; `more` says that another follows unasked. */
export function encode(to: Request, reply: Doc, more = false): Buffer {
  const doc = serialize(reply, { ignoreUndefined: true })
  const fixed = Buffer.alloc(to.legacy ? headerBytes + 20 : headerBytes + 5)
  lastRequestId += 1
  fixed.writeInt32LE(fixed.length + doc.length, 0)
  fixed.writeInt32LE(lastRequestId, 4)
  fixed.writeInt32LE(to.requestId, 8)
  fixed.writeInt32LE(to.legacy ? opReply : opMsg, 12)
  if (to.legacy) fixed.writeInt32LE(1, headerBytes + 16)
  else fixed.writeUInt32LE(more ? moreToCome : 0, headerBytes)
  return Buffer.concat([fixed, doc])
}
