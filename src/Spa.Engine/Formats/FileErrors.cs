namespace Spa.Engine.Formats;

/// <summary>Turns what the system says about a file into one line for the user.</summary>
public static class FileErrors
{
    // ENOSPC and EDQUOT of Linux, macOS' EDQUOT, and ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows as HRESULTs.
    private static readonly int[] s_diskFull = [28, 122, 69, unchecked((int)0x80070027), unchecked((int)0x80070070)];

    /// <summary>Whether an exception comes from the file system, so that <see cref="Reading"/> or <see cref="Writing"/> may explain it.</summary>
    public static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException or System.Security.SecurityException || IsTooLarge(error);

    /// <summary>The error for a file or folder that could not be written.</summary>
    public static SpaException Writing(string path, Exception error) => Array.IndexOf(s_diskFull, error.HResult) >= 0
        ? new SpaException($"cannot write '{path}': the disk is full; free some space or choose another output folder", error)
        : IsTooLarge(error) ? new SpaException($"cannot write '{path}': the file would be larger than the disk or a limit allows (ulimit -f); choose another output "
        + "folder or raise the limit", error)
        : new SpaException($"cannot write '{path}': {Reason(error)}; check that the folder exists and may be written", error);

    /// <summary>The error for a file or folder that could not be read.</summary>
    public static SpaException Reading(string path, Exception error) => error is FileNotFoundException or DirectoryNotFoundException
        ? new SpaException($"'{path}' does not exist; check the path", error)
        : new SpaException($"cannot read '{path}': {Reason(error)}", error);

    /// <summary>What the system says, without a full stop or line breaks.</summary>
    public static string Reason(Exception error) =>
        IsTooLarge(error) ? "the file would be larger than the disk or a limit allows (ulimit -f)" : error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    // .NET reports EFBIG as an argument named "value" that no caller passed.
    private static bool IsTooLarge(Exception error) =>
        error is ArgumentOutOfRangeException { ParamName: "value", ActualValue: null } && error.TargetSite?.DeclaringType?.Assembly == typeof(FileStream).Assembly;
}
