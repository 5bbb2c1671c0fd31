/// Has the browser save what stands at one of our addresses; the server names the file.
export function save_file(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
