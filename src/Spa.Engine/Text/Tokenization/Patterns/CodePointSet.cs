using System.Globalization;

namespace Spa.Engine.Text.Tokenization;

/// <summary>A set of code points as a pattern's class writes it: ranges, Unicode categories, <c>\s</c> and <c>\w</c>, each of them possibly negated.</summary>
internal sealed class CodePointSet
{
    private const int AsciiEnd = 0x80;

    private readonly List<Item> _items = [];
    private readonly bool[] _ascii = new bool[AsciiEnd];
    private bool _negated;

    private enum ItemKind
    {
        Range,
        Categories,
        WhiteSpace,
        Word,
    }

    public void AddRange(int first, int last) => Add(new Item(ItemKind.Range, false, first, last));

    /// <param name="mask">Bit i stands for category i of <see cref="UnicodeCategory"/>.</param>
    /// <param name="negated">All code points but those.</param>
    public void AddCategories(int mask, bool negated) => Add(new Item(ItemKind.Categories, negated, mask, 0));

    public void AddWhiteSpace(bool negated) => Add(new Item(ItemKind.WhiteSpace, negated, 0, 0));

    public void AddWord(bool negated) => Add(new Item(ItemKind.Word, negated, 0, 0));

    /// <summary>Turns the whole set around; only after everything was added.</summary>
    public void Negate()
    {
        _negated = true;
        for (int c = 0; c < AsciiEnd; c++) _ascii[c] = !_ascii[c];
    }

    public bool Contains(int codePoint)
    {
        if (codePoint < AsciiEnd) return _ascii[codePoint];
        foreach (Item item in _items)
            if (item.Contains(codePoint)) return !_negated;
        return _negated;
    }

    private void Add(Item item)
    {
        _items.Add(item);
        for (int c = 0; c < AsciiEnd; c++) _ascii[c] |= item.Contains(c);
    }

    private readonly record struct Item(ItemKind Kind, bool Negated, int A, int B)
    {
        public bool Contains(int codePoint) => Negated != Kind switch
        {
            ItemKind.Range => codePoint >= A && codePoint <= B,
            ItemKind.Categories => (A >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) & 1) != 0,
            ItemKind.WhiteSpace => CharClasses.IsWhiteSpace(codePoint),
            _ => CharClasses.IsWord(codePoint),
        };
    }
}
