namespace Spa.Interop;

/// <summary>A native call failed. The message is one line: the call with its arguments, the code's name, number and text.</summary>
public abstract class NativeCallException : Exception
{
    /// <param name="call">The call with its arguments.</param>
    /// <param name="code">The code that came back.</param>
    /// <param name="codeName">The code's name in the C header.</param>
    /// <param name="codeText">What the library says about the code.</param>
    protected NativeCallException(string call, int code, string codeName, string codeText) : base($"{call}: {codeName} ({code}){(codeText.Length > 0 ? $", {codeText}" : "")}")
    {
        Call = call;
        Code = code;
        CodeName = codeName;
        CodeText = codeText;
    }

    public string Call { get; }

    public int Code { get; }

    public string CodeName { get; }

    public string CodeText { get; }
}
