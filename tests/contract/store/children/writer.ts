import { AppId } from '@holdfast/contract'
import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'

/**
 * Adds one to seats of an app, for ever, each time in one transaction of two statements. Says `done <n>`
 * after each commit. Transaction number `stopAt` says `open` between its statements and stays there.
 */
const [path = '', app, stopAt] = process.argv.slice(2)
const appId = AppId.parse(app)
const store = openSqliteStore({ path })
const say = (line: string) => process.stdout.write(`${line}\n`)

// Lives as long as its parent, even with nothing to do.
process.stdin.on('end', () => process.exit()).resume()

for (let number = 1; ; number++) {
  await store.transaction(60_000, async (tx) => {
    await tx.updateIf(appId, 'seats', { index: 1 }, { inc: { rev: 1 } })
    if (String(number) === stopAt) {
      say('open')
      await new Promise(() => {})
    }
    await tx.updateIf(appId, 'seats', { index: 2 }, { inc: { rev: 1 } })
  })
  say(`done ${number}`)
}
