using System.Text;

namespace Spa.Engine.Generation;

/// <summary>Notices when the text of a growing response contains one of some strings.</summary>
/// <param name="stops">The strings.</param>
/// <param name="push">Decodes one more token and gives the text that became certain.</param>
public sealed class StopStringMatcher(IReadOnlyList<string> stops, Func<int, string> push)
{
    private readonly StringBuilder _tail = new();
    private readonly int _keep = stops.Max(s => s.Length) - 1;

    /// <summary>True once a stop string is complete.</summary>
    public bool Push(int id)
    {
        _tail.Append(push(id));
        string text = _tail.ToString();
        foreach (string stop in stops)
            if (text.Contains(stop, StringComparison.Ordinal)) return true;
        if (_tail.Length > _keep) _tail.Remove(0, _tail.Length - _keep);
        return false;
    }
}
