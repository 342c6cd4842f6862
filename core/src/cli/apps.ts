import { AppId, KeyUse } from '@holdfast/contract'
import { Argument, Command } from 'commander'
import { sayKeyUse, type UseSaid } from '../apps/key-use.ts'
import { byCli } from '../audit-log/by-cli.ts'
import { shown } from '../moving-in/diagnostics.ts'
import { openStore } from '../store/open.ts'
import { assertWhole } from '../store/transfer/import-store.ts'
import { readBy, shownUrl, storeOption } from './options.ts'
import { recordingOn } from './recording.ts'

interface Options {
  readonly store: string
}

/** What is told of it. */
function told(said: UseSaid, appId: AppId, use: KeyUse, url: string): string {
  switch (said.word) {
    case 'no app':
      throw new Error(`there is no app ${appId} in ${shownUrl(url)}`)
    case 'no key':
      throw new Error(
        `${appId} has no key of a predecessor's: keys of Holdfast's own say by themselves who has them`,
      )
    case 'both':
      throw new Error(
        `${appId} has a key for its pages and another for its server, and nothing was changed: ` +
          'POST /admin/apps/{app}/rotate-key with {"use":"page"} or {"use":"server"} gives it a new one of either',
      )
    case 'said': {
      const now = `the key of ${appId} (${shown(said.name)}) is a ${use}'s key; edges know within a minute`
      if (said.before === use || use === 'page') return now
      return `${now}\nif a page has ever had it, everybody may have it: rotate it, POST /admin/apps/${appId}/rotate-key`
    }
  }
}

async function sayUse(appId: AppId, use: KeyUse, { store: url }: Options): Promise<void> {
  const store = await openStore(url)
  try {
    await assertWhole(store)
    const ctx = recordingOn(store)
    const said = { appId, use, now: new Date(ctx.platform.now()) }
    const command = { operation: 'apps use', appId }
    console.log(told(await byCli(ctx, command, () => sayKeyUse(ctx, said)), appId, use, url))
  } finally {
    await store.close()
  }
}

/** `holdfast apps` */
export const appsCommand = (): Command => {
  const apps = new Command('apps').description('says of apps what only their operator knows')
  apps
    .command('use')
    .description(
      'says who has the key that an app has of a predecessor: its pages, and so everybody, or its server alone, ' +
        'which may sync seats, name its users and say what was paid',
    )
    .argument('<app>', 'the id of the app', readBy(AppId))
    .addArgument(new Argument('<use>', 'who has its key').choices(KeyUse.options).argParser(readBy(KeyUse)))
    .addOption(storeOption())
    .action(sayUse)
  return apps
}
