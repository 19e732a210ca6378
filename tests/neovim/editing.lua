-- Edits a package as a person would, with Neovim's own client. Run by tests/tests/neovim.rs, which says what it expects.

local function fail(what)
  local log = vim.lsp.get_log_path()
  local tail = vim.fn.filereadable(log) == 1 and table.concat(vim.fn.readfile(log, '', -20), '\n') or ''
  io.stderr:write('FAILED: ' .. what .. '\n' .. vim.inspect(vim.diagnostic.get(0)) .. '\n' .. tail .. '\n')
  vim.cmd('cquit 1')
end

local function expect(what, holds)
  if not vim.wait(120000, holds, 20) then fail(what) end
  io.stdout:write('ok: ' .. what .. '\n')
end

local function type_keys(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), 'tx', false)
end

local function codes()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, diagnostic.code or diagnostic.user_data.lsp.code)
  end
  return found
end

local function line_holds(text)
  return vim.fn.search(text, 'nw') > 0
end

-- The first choice is always taken.
vim.ui.select = function(items, _, choose) choose(items[1], 1) end

vim.cmd('edit .coder/main.coder')
expect('the server is attached', function()
  for _, client in pairs(vim.lsp.get_active_clients()) do
    if client.name == 'coderc' and client.server_capabilities.hoverProvider ~= nil then return vim.lsp.buf_is_attached(0, client.id) end
  end
  return false
end)

type_keys('/memory<CR>cwmemry')
expect('a diagnostic appears while typing', function() return vim.deep_equal(codes(), { 'unknown-field' }) end)

local found = vim.diagnostic.get(0)[1]
vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
vim.lsp.buf.code_action()
expect('its fix is applied', function() return line_holds('memory = 4GB') and not line_holds('memry') end)
expect('the diagnostic goes away', function() return #vim.diagnostic.get(0) == 0 end)

vim.fn.search('ubuntu')
local at = vim.lsp.util.make_position_params()
local jumped
expect('the import is fetched', function()
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/definition', at, 10000)
  for _, answer in pairs(answers or {}) do jumped = answer.result or jumped end
  return jumped ~= nil
end)
vim.lsp.buf.definition()
expect('it jumps to the definition in the other repository', function()
  return vim.api.nvim_buf_get_name(0):match('platform@%x+/%.coder/images%.coder$') ~= nil
    and vim.api.nvim_get_current_line():match('^image ubuntu') ~= nil
end)
expect('the copy is read-only', function() return vim.bo.readonly end)
vim.cmd('qall!')
