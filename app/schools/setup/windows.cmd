@echo off
rem Tongtang: set-up of a classroom PC (Windows). Double-click it to install; start it with "uninstall" to undo.
rem The program below is PowerShell, read as UTF-8; this part only starts it.
setlocal
set "TONGTANG_FILE=%~f0"
set "TONGTANG_ACTION=%~1"
powershell.exe -NoProfile -ExecutionPolicy Bypass -Command "$text = [IO.File]::ReadAllText($env:TONGTANG_FILE, [Text.Encoding]::UTF8); & ([ScriptBlock]::Create($text.Substring($text.IndexOf('#' + 'POWERSHELL'))))"
set "TONGTANG_RESULT=%ERRORLEVEL%"
pause
exit /b %TONGTANG_RESULT%

#POWERSHELL
# 同堂：教室电脑设置（Windows）          Tongtang: set-up of a classroom PC (Windows)
#
# 双击安装；还原：在命令行运行           Double-click to install; to undo, run on the command line
#   tongtang-classroom.cmd uninstall
# 会要管理员权限。 It asks for the administrator's rights.
#
# 它做四件事                             It does four things
# 1. 浏览器策略：只有下面的网址可以直接用摄像头、话筒，并自动播放声音。
#    Browser policy: the address below, and no other, may use camera and microphone and play sound without asking.
# 2. 登录后全屏打开教室页面；浏览器崩溃会自动重开。按 Alt+F4 可以退出，用桌面图标 Tongtang 再打开。
#    After login the classroom's page opens in full screen, again after a crash. Alt+F4 leaves; the icon brings it back.
# 3. 接通电源时电脑不自动休眠（还原时恢复原来的时间）。
#    On mains power the PC does not go to sleep (undoing brings the old time back).
# 4. 如果服务器用自己的证书，让这台电脑信任它。
#    If the server has a certificate of its own, this PC trusts it.

$ErrorActionPreference = 'Stop'
$Origin = '@ORIGIN@'
$Start = '@START@'
$Certificate = '@CERTIFICATE@'

$Folder = Join-Path $env:ProgramData 'Tongtang'
$Launcher = Join-Path $Folder 'classroom.cmd'
$CertificateFile = Join-Path $Folder 'authority.crt'
$StandbyFile = Join-Path $Folder 'standby-seconds.txt'
$Shell = New-Object -ComObject WScript.Shell
$Shortcuts = @(
    (Join-Path $Shell.SpecialFolders.Item('AllUsersStartup') 'Tongtang.lnk'),
    (Join-Path $Shell.SpecialFolders.Item('AllUsersDesktop') 'Tongtang.lnk')
)

# --- 1. 浏览器策略 browser policy ---------------------------------------------------------------------

$PolicyRoots = 'Google\Chrome', 'Microsoft\Edge', 'Chromium'
$Policies = 'VideoCaptureAllowedUrls', 'AudioCaptureAllowedUrls', 'AutoplayAllowlist'
# 名单里的一个编号，不会与学校自己设的 1、2、3 冲突。 A number in the list that no school's own 1, 2, 3 collides with.
$PolicyEntry = '8190'

function Get-PolicyKeys {
    foreach ($root in $PolicyRoots) {
        foreach ($policy in $Policies) { "HKLM:\SOFTWARE\Policies\$root\$policy" }
    }
}

function Install-Policy {
    foreach ($key in Get-PolicyKeys) {
        if (-not (Test-Path $key)) { New-Item -Path $key -Force | Out-Null }
        Set-ItemProperty -Path $key -Name $PolicyEntry -Value $Origin
    }
}

function Uninstall-Policy {
    foreach ($key in Get-PolicyKeys) {
        if (-not (Test-Path $key)) { continue }
        Remove-ItemProperty -Path $key -Name $PolicyEntry -ErrorAction SilentlyContinue
        $left = Get-Item $key
        if ($left.ValueCount -eq 0 -and $left.SubKeyCount -eq 0) { Remove-Item $key }
    }
}

# --- 2. 自动打开 opens by itself ----------------------------------------------------------------------

function Find-Browser {
    $known = 'Google\Chrome\Application\chrome.exe', 'Microsoft\Edge\Application\msedge.exe'
    foreach ($name in $known) {
        foreach ($root in $env:ProgramFiles, ${env:ProgramFiles(x86)}) {
            if ($root -and (Test-Path (Join-Path $root $name))) { return Join-Path $root $name }
        }
    }
    throw '没有找到 Chrome 或 Edge 浏览器，请先安装。 Chrome or Edge was not found; please install one first.'
}

function Install-Launcher {
    $browser = Find-Browser
    # Edge 的 kiosk 模式是无痕模式，会忘记配对；全屏应用窗口不会。
    # Edge's kiosk mode is InPrivate and would forget the pairing; a full-screen app window does not.
    $mode = '--kiosk "{0}"' -f $Start
    if ($browser -like '*msedge.exe') { $mode = '--start-fullscreen "--app={0}"' -f $Start }
    # 单独的浏览器资料夹：平时上网清理记录，不会忘记配对。
    # A profile of its own: clearing the history of everyday browsing does not forget the pairing.
    $lines = @(
        '@echo off',
        ':again',
        ('start "" /wait "{0}" "--user-data-dir=%LOCALAPPDATA%\Tongtang" --no-first-run --noerrdialogs --hide-crash-restore-bubble {1}' -f $browser, $mode),
        'if %ERRORLEVEL%==0 exit /b 0',
        'timeout /t 3 /nobreak >nul',
        'goto again'
    )
    [IO.File]::WriteAllLines($Launcher, $lines)
    foreach ($path in $Shortcuts) {
        $shortcut = $Shell.CreateShortcut($path)
        $shortcut.TargetPath = $Launcher
        $shortcut.IconLocation = "$browser,0"
        # 7：黑色窗口最小化。 7: its black window is minimised.
        $shortcut.WindowStyle = 7
        $shortcut.Save()
    }
}

# --- 3. 不休眠 does not sleep -------------------------------------------------------------------------

function Set-Standby($seconds) {
    powercfg.exe /setacvalueindex SCHEME_CURRENT SUB_SLEEP STANDBYIDLE $seconds
    powercfg.exe /setactive SCHEME_CURRENT
}

function Install-Standby {
    if (-not (Test-Path $StandbyFile)) {
        # 各种语言的 Windows 都一样：最后两个十六进制数是接通电源和用电池时的秒数。
        # The same in every language of Windows: the last two hexadecimal numbers are seconds on mains and on battery.
        $numbers = [regex]::Matches((powercfg.exe /query SCHEME_CURRENT SUB_SLEEP STANDBYIDLE | Out-String), '0x[0-9a-fA-F]{8}')
        if ($numbers.Count -lt 2) { return }
        [IO.File]::WriteAllText($StandbyFile, [Convert]::ToInt32($numbers[$numbers.Count - 2].Value, 16))
    }
    Set-Standby 0
}

function Uninstall-Standby {
    if (Test-Path $StandbyFile) { Set-Standby ([IO.File]::ReadAllText($StandbyFile)) }
}

# --- 4. 服务器证书 the server's certificate -----------------------------------------------------------

function Install-Certificate {
    if (-not $Certificate) { return }
    [IO.File]::WriteAllText($CertificateFile, $Certificate)
    certutil.exe -f -addstore Root $CertificateFile | Out-Null
}

function Uninstall-Certificate {
    if (-not (Test-Path $CertificateFile)) { return }
    $known = New-Object Security.Cryptography.X509Certificates.X509Certificate2 $CertificateFile
    certutil.exe -delstore Root $known.Thumbprint | Out-Null
}

# ------------------------------------------------------------------------------------------------------

$me = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    $again = '/c ""{0}" {1}"' -f $env:TONGTANG_FILE, $env:TONGTANG_ACTION
    Start-Process -FilePath cmd.exe -ArgumentList $again -Verb RunAs
    Write-Host '请在新窗口中继续。 Please go on in the new window.'
    exit 0
}

if ($env:TONGTANG_ACTION -eq 'uninstall') {
    Uninstall-Policy
    Uninstall-Standby
    Uninstall-Certificate
    foreach ($path in $Shortcuts) { if (Test-Path $path) { Remove-Item $path } }
    if (Test-Path $Folder) { Remove-Item $Folder -Recurse }
    $data = Join-Path $env:LOCALAPPDATA 'Tongtang'
    if (Test-Path $data) { Remove-Item $data -Recurse -Force }
    Write-Host '已还原。请在教室电脑列表中移除这台电脑。 Undone. Please remove this PC from the list of classroom PCs.'
} else {
    if (-not (Test-Path $Folder)) { New-Item -ItemType Directory -Path $Folder | Out-Null }
    Install-Certificate
    Install-Policy
    Install-Standby
    Install-Launcher
    Write-Host '完成。重启后会自动打开教室页面；现在请双击桌面上的 Tongtang。 Done. The classroom page opens after the next start; to open it now, use Tongtang on the desktop.'
}
