#!/bin/sh
# 同堂：教室电脑设置（Linux）          Tongtang: set-up of a classroom PC (Linux)
#
# 用法                                 Usage
#   sh tongtang-classroom.sh             安装                install
#   sh tongtang-classroom.sh uninstall   还原，不留痕迹      undo, leaving nothing behind
#
# 请用平时开机登录的账号运行；写浏览器策略时会要管理员密码。
# Run it as the user who logs in; writing the browser's policy asks for the administrator's password.
#
# 它做四件事                           It does four things
# 1. 浏览器策略：只有下面的网址可以直接用摄像头、话筒，并自动播放声音。
#    Browser policy: the address below, and no other, may use camera and microphone and play sound without asking.
# 2. 登录后全屏打开教室页面；浏览器崩溃会自动重开。按 Alt+F4 可以退出，用桌面图标再打开。
#    After login the classroom's page opens in full screen, again after a crash. Alt+F4 leaves; the icon brings it back.
# 3. 教室页面开着时，电脑不休眠。
#    The PC does not sleep while the page is open.
# 4. 如果服务器用自己的证书，让这个账号的浏览器信任它。
#    If the server has a certificate of its own, this user's browsers trust it.
set -eu

ORIGIN='@ORIGIN@'
START='@START@'
CERTIFICATE='@CERTIFICATE@'

POLICY_NAME=tongtang-classroom.json
POLICY_FOLDERS="chromium chromium-browser opt/chrome opt/edge"
HERE="${XDG_DATA_HOME:-$HOME/.local/share}/tongtang"
LAUNCHER="$HERE/classroom.sh"
SHORTCUT=tongtang-classroom.desktop
AUTOSTART="${XDG_CONFIG_HOME:-$HOME/.config}/autostart"
MENU="${XDG_DATA_HOME:-$HOME/.local/share}/applications"
NSS="sql:$HOME/.pki/nssdb"
CERTIFICATE_NAME="Tongtang $ORIGIN"

# DESTDIR: 另一个根目录，打包和试用时用。 DESTDIR: another root, for packages and trials.
as_root() {
    if [ -n "${DESTDIR:-}" ] || [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# --- 1. 浏览器策略 browser policy ---------------------------------------------------------------------

install_policy() {
    policy=$(mktemp)
    cat > "$policy" <<JSON
{
  "VideoCaptureAllowedUrls": ["$ORIGIN"],
  "AudioCaptureAllowedUrls": ["$ORIGIN"],
  "AutoplayAllowlist": ["$ORIGIN"]
}
JSON
    for folder in $POLICY_FOLDERS; do
        as_root mkdir -p "${DESTDIR:-}/etc/$folder/policies/managed"
        as_root install -m 644 "$policy" "${DESTDIR:-}/etc/$folder/policies/managed/$POLICY_NAME"
    done
    rm -f "$policy"
}

uninstall_policy() {
    for folder in $POLICY_FOLDERS; do
        browser="${DESTDIR:-}/etc/$folder"
        as_root rm -f "$browser/policies/managed/$POLICY_NAME"
        # 空的目录也删掉；别人的文件不动。 Empty folders go too; what belongs to others stays.
        as_root rmdir "$browser/policies/managed" "$browser/policies" "$browser" 2>/dev/null || :
    done
}

# --- 2, 3. 自动打开，不休眠 opens by itself, does not sleep -------------------------------------------

install_launcher() {
    mkdir -p "$HERE" "$AUTOSTART" "$MENU"
    cat > "$LAUNCHER" <<LAUNCHER
#!/bin/sh
# 由同堂教室设置写入。 Written by the Tongtang classroom set-up.
for browser in chromium chromium-browser google-chrome google-chrome-stable microsoft-edge microsoft-edge-stable; do
    if command -v "\$browser" >/dev/null; then break; fi
done
if ! command -v "\$browser" >/dev/null; then
    echo "没有找到浏览器，请先安装 Chromium。 No browser was found; please install Chromium."
    exit 1
fi
# Edge 的 kiosk 模式是无痕模式，会忘记配对；全屏应用窗口不会。
# Edge's kiosk mode is InPrivate and would forget the pairing; a full-screen app window does not.
case "\$browser" in
    microsoft-edge*) set -- --start-fullscreen "--app=$START" ;;
    *) set -- --kiosk "$START" ;;
esac
# 单独的浏览器资料夹：平时上网清理记录，不会忘记配对。
# A profile of its own: clearing the history of everyday browsing does not forget the pairing.
set -- "\$browser" --user-data-dir="$HERE/browser" --password-store=basic --no-first-run \\
    --noerrdialogs --hide-crash-restore-bubble --disable-session-crashed-bubble "\$@"
if systemd-inhibit --what=idle:sleep true 2>/dev/null; then
    set -- systemd-inhibit --what=idle:sleep --who=Tongtang --why=Classroom "\$@"
fi
# 正常关闭就停；崩溃后重开。 Stops when it is closed; opens again after a crash.
until "\$@"; do sleep 3; done
LAUNCHER
    chmod 755 "$LAUNCHER"
    cat > "$MENU/$SHORTCUT" <<DESKTOP
[Desktop Entry]
Type=Application
Name=Tongtang classroom
Name[zh_CN]=同堂教室
Comment=$ORIGIN
Exec="$LAUNCHER"
Terminal=false
X-GNOME-Autostart-enabled=true
DESKTOP
    cp "$MENU/$SHORTCUT" "$AUTOSTART/$SHORTCUT"
    if [ -d "$HOME/Desktop" ]; then install -m 755 "$MENU/$SHORTCUT" "$HOME/Desktop/$SHORTCUT"; fi
}

uninstall_launcher() {
    rm -f "$AUTOSTART/$SHORTCUT" "$MENU/$SHORTCUT" "$HOME/Desktop/$SHORTCUT"
    # 资料夹里有配对信息。 The profile has the pairing in it.
    rm -rf "$HERE"
}

# --- 4. 服务器证书 the server's certificate -----------------------------------------------------------

install_certificate() {
    if [ -z "$CERTIFICATE" ]; then return; fi
    if ! command -v certutil >/dev/null; then
        echo "请先安装 certutil（sudo apt install libnss3-tools），再运行一次。"
        echo "Please install certutil (sudo apt install libnss3-tools) and run this again."
        exit 1
    fi
    mkdir -p "$HOME/.pki/nssdb"
    if ! certutil -d "$NSS" -L >/dev/null 2>&1; then certutil -d "$NSS" -N --empty-password; fi
    printf '%s\n' "$CERTIFICATE" | certutil -d "$NSS" -A -t C,, -n "$CERTIFICATE_NAME"
}

uninstall_certificate() {
    if [ -z "$CERTIFICATE" ] || ! command -v certutil >/dev/null; then return; fi
    certutil -d "$NSS" -D -n "$CERTIFICATE_NAME" 2>/dev/null || :
}

case "${1:-install}" in
    install)
        install_certificate
        install_policy
        install_launcher
        echo "完成。重新登录后会自动打开教室页面；现在打开：$LAUNCHER"
        echo "Done. The classroom's page opens after the next login; to open it now: $LAUNCHER"
        ;;
    uninstall)
        uninstall_launcher
        uninstall_policy
        uninstall_certificate
        echo "已还原。请在教室电脑列表中移除这台电脑。"
        echo "Undone. Please remove this PC from the list of classroom PCs."
        ;;
    *)
        echo "sh $0 [install | uninstall]"
        exit 2
        ;;
esac
