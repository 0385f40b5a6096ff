namespace Spa.Engine.Generation;

/// <summary>Free pages of the cache and how many sequences hold each used one.</summary>
internal sealed class PagePool
{
    private readonly int[] _holders;
    private readonly Stack<int> _free;

    public PagePool(int pages)
    {
        _holders = new int[pages];
        _free = new Stack<int>(Enumerable.Range(0, pages).Reverse());
    }

    public int Free => _free.Count;

    /// <summary>A page with one holder; callers have checked <see cref="Free"/>.</summary>
    public int Take()
    {
        int page = _free.Pop();
        _holders[page] = 1;
        return page;
    }

    /// <summary>One more sequence holds the page.</summary>
    public void Share(int page) => _holders[page]++;

    /// <summary>One holder fewer; without holders it is free.</summary>
    public void Release(int page)
    {
        if (--_holders[page] == 0) _free.Push(page);
    }
}
