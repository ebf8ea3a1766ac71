// Opens the app with some arguments, waits until all marks are drawn, and leaves a picture: picture.mjs PICTURE ARGUMENT...

import { settled, start } from "./app.mjs";

const [picture, ...args] = process.argv.slice(2);
const app = await start({ args });
try {
  await settled(app);
  await app.screenshot(picture);
} finally {
  await app.close();
}
