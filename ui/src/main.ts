import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { chooseBackend } from "./backend/choose";
import { Picking } from "./dialogs/picking.svelte";

const picking = new Picking();
const backend = await chooseBackend(picking);
mount(App, { target: document.getElementById("app") ?? document.body, props: { backend, picking } });
