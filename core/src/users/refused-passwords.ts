import { hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { type Platform, Problem, passwordLookUpMs } from '@holdfast/contract'

/** Passwords that nobody may choose, since they became known elsewhere. */
export interface RefusedPasswords {
  /** @throws Problem `dependency_unavailable` when the list cannot be read in time. */
  has(password: string): Promise<boolean>
  close(): Promise<void>
}

/** No line is longer: SHA-1 in hex, how often the password was seen, and the end of a line. */
const lineBytesMax = 64
const line = /^([\dA-Fa-f]{40})(?::\d{1,15})?\r?$/
/** Lines that are looked at when a list is opened, from its first to its last. */
const linesLookedAt = 256

interface Line {
  /** Where it begins in the file, and where its end of line is. */
  readonly start: number
  readonly end: number
  readonly sha1: string
}

/** The line that the byte at a place belongs to; null: it is none of such a list. */
async function lineAt(file: FileHandle, at: number): Promise<Line | null> {
  const from = Math.max(0, at - lineBytesMax)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2 * lineBytesMax), 0, 2 * lineBytesMax, from)
  const text = buffer.toString('latin1', 0, bytesRead)
  const offset = at - from
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  const newline = text.indexOf('\n', offset)
  const end = newline < 0 ? text.length : newline
  const sha1 = line.exec(text.slice(start, end))?.[1]?.toUpperCase()
  return sha1 === undefined ? null : { start: from + start, end: from + end, sha1 }
}

const broken = (what: string) =>
  new Error(
    `REFUSED_PASSWORDS_FILE ${what}: it must be a list of SHA-1 hashes as Have I Been Pwned has it, one a line, ordered by hash`,
  )

/** What is wrong with a list, as far as a look tells. */
async function assertSorted(file: FileHandle, bytes: number): Promise<void> {
  if (bytes === 0) throw broken('is empty')
  let before = ''
  for (let n = 0; n < linesLookedAt; n++) {
    const found = await lineAt(file, Math.floor(((bytes - 1) * n) / (linesLookedAt - 1)))
    if (!found) throw broken('has a line that is no hash')
    if (found.sha1 < before) throw broken('is not sorted')
    before = found.sha1
  }
}

/** Whether a list has a hash: halves what it may be in, so that of the largest some forty lines are read. */
async function search(file: FileHandle, bytes: number, wanted: string): Promise<boolean> {
  let [low, high] = [0, bytes]
  while (low < high) {
    const found = await lineAt(file, Math.floor((low + high) / 2))
    if (!found) throw broken('has a line that is no hash')
    if (found.sha1 === wanted) return true
    if (found.sha1 < wanted) low = found.end + 1
    else high = found.start
  }
  return false
}

/**
 * Opens a list of passwords in the format of Have I Been Pwned's download (SHA-1 in hex, ordered, each with `:count` or not), which stays
 * where it is: it may be larger than the memory.
 *
 * @throws Error for an operator when there is none, or when a look shows that it is no such list.
 */
export async function openRefusedPasswords(
  path: string,
  platform: Pick<Platform, 'deadline'>,
): Promise<RefusedPasswords> {
  const file = await open(path).catch(({ code }: NodeJS.ErrnoException) => {
    throw broken(`cannot be opened (${code})`)
  })
  try {
    const { size } = await file.stat()
    await assertSorted(file, size)
    return {
      has: (password) => inTime(platform, search(file, size, hash('sha1', password).toUpperCase())),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function inTime<Value>({ deadline }: Pick<Platform, 'deadline'>, work: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const giveUp = () => late.reject(new Problem('dependency_unavailable', {}, 1))
  const timer = deadline(passwordLookUpMs)
  timer.addEventListener('abort', giveUp)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    timer.removeEventListener('abort', giveUp)
  }
}

const known = {
  path: 'password',
  message: 'is in a list of passwords that became known elsewhere, which are tried first: choose another',
}

/**
 * Refuses a password that everybody tries, wherever one is chosen. Without a list each is good.
 *
 * @throws Problem `invalid_request`
 */
export async function assertPasswordAllowed(
  { refusedPasswords }: { readonly refusedPasswords?: Pick<RefusedPasswords, 'has'> },
  password: string,
): Promise<void> {
  if (await refusedPasswords?.has(password)) throw new Problem('invalid_request', { errors: [known] })
}
