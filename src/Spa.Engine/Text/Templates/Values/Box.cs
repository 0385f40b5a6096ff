namespace Spa.Engine.Text.Templates;

/// <summary>
/// Values of a template are plain objects: null (none), bool, long or BigInteger (an integer, always the smaller that fits), double,
/// string, and the classes of this folder. This class keeps boxes of the common ones.
/// </summary>
internal static class Box
{
    public static readonly object True = true;
    public static readonly object False = false;

    private const int Smallest = -16;
    private const int Largest = 1023;
    private static readonly object[] s_integers = Enumerable.Range(Smallest, Largest - Smallest + 1).Select(i => (object)(long)i).ToArray();
    private static readonly string[] s_ascii = Enumerable.Range(0, 128).Select(i => ((char)i).ToString()).ToArray();

    public static object Of(bool value) => value ? True : False;

    public static object Of(long value) => value is >= Smallest and <= Largest ? s_integers[value - Smallest] : value;

    /// <summary>The string of one character.</summary>
    public static string Character(char c) => c < 128 ? s_ascii[c] : c.ToString();
}
