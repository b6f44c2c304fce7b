import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './globals.css'
import { ImportDrop } from '#components/import-drop'
import { Shell } from '#components/shell'
import { Providers } from './providers'

export const metadata: Metadata = {
  title: { default: 'Specter', template: '%s - Specter' },
  description: 'How events in serverless, event-driven systems cause one another',
  icons: { icon: '/icon.svg' },
}

// Rendered per request: the front's Content-Security-Policy has a fresh nonce each time, and Next puts it on its scripts.
export const dynamic = 'force-dynamic'

export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // theme.js sets data-theme before React wakes up, so the server's markup can't have it.
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>
        <Providers>
          <ImportDrop>
            <Shell>{children}</Shell>
          </ImportDrop>
        </Providers>
      </body>
    </html>
  )
}
