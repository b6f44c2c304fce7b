/**
 * Adds to package-lock.json the packages for other platforms that a registry with only some of them left out: `npm ci` refuses a lock
 * without them, everywhere. Run it after `npm install` behind such a registry. What an entry needs is in its name; npm fetches it only
 * on its own platform, and writes the missing integrity there.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const CPU = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32']

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0

for (const [parentPath, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (lock.packages[path] || lock.packages[`${parentPath}/${path}`] || !/^\d+\.\d+\.\d+/.test(version)) continue
    lock.packages[path] = entry(name, version, parent)
    added++
  }
}

function entry(name, version, parent) {
  const words = name.split('/')[1].split(/[-_]/)
  const os = OS.filter((word) => words.includes(word))
  const cpu = CPU.filter((word) => words.includes(word))
  if (cpu.length === 0) throw new Error(`${name}: no platform in its name`)
  const libc = Object.entries({ musl: 'musl', gnu: 'glibc' }).find(([prefix]) => words.some((word) => word.startsWith(prefix)))?.[1]
  return {
    version,
    cpu,
    ...(parent.dev ? { dev: true } : {}),
    ...(libc && os[0] === 'linux' ? { libc: [libc] } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  }
}

const [root, ...rest] = Object.entries(lock.packages)
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))])
writeFileSync('package-lock.json', JSON.stringify(lock, undefined, 2) + '\n')
console.log(`${added} entries added`)
