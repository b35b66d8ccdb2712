import 'reflect-metadata';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import compression from 'compression';
import type { Request, Response } from 'express';
import { createHub, openAccess, openStream } from 'holdfast';

/** The hub as a provider: inject it where events are published. */
class Feed {
  readonly hub = createHub({ authorize: openAccess }); // for a closed network; see authorize.ts

  // Nest asks before it waits for open connections: they are streams, and end with their last event sent.
  beforeApplicationShutdown(): Promise<void> {
    return this.hub.close();
  }
}

class PageController {
  page(): string {
    return '<p>Hello</p>'.repeat(1000);
  }

  // One answer of your own, without topics; a client that comes back goes on where it was.
  progress(req: Request, res: Response): void {
    const stream = openStream(req, res);
    for (let percent = Number(stream.lastEventId) + 50; percent <= 100; percent += 50) {
      stream.send({ id: String(percent), type: 'progress', data: { percent } });
    }
    stream.end();
  }
}

// Decorators, written as the calls that they are, since Node.js runs this file without a compiler. In a project:
// @Controller() class PageController { @Get('page') page() {...} @Get('progress') progress(@Req() req, @Res() res) {...} }
const { prototype } = PageController;
const method = (name: 'page' | 'progress') => Object.getOwnPropertyDescriptor(prototype, name)!;
Controller()(PageController);
Get('page')(prototype, 'page', method('page'));
Get('progress')(prototype, 'progress', method('progress'));
Req()(prototype, 'progress', 0);
Res()(prototype, 'progress', 1);

class AppModule {}
const app = await NestFactory.create(
  { module: AppModule, controllers: [PageController], providers: [{ provide: Feed, useValue: new Feed() }] },
  { logger: false },
);

// It compresses pages, and leaves streams alone: they say `cache-control: no-transform`.
app.use(compression({ threshold: 0 }));
app.use((_req: Request, res: Response, next: () => void) => {
  res.setHeader('x-served-by', 'nest');
  next();
});
// Nest adds its body parsers after this, when it listens: the hub reads what is published itself.
app.use('/feed', app.get(Feed).hub.handle);

app.enableShutdownHooks(); // SIGTERM
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
